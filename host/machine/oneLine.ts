/** Text from a file, as a part of a message for people. */

const longest = 250

/** The text on one line: without control characters, and not too long. */
export function oneLine(text: string): string {
  const plain = text.replace(/\p{Cc}/gu, '?')
  return plain.length <= longest ? plain : `${plain.slice(0, longest)}…`
}

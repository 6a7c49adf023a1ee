/** DNS questions for a load of clients (RFC 1035, section 4): one question each, told apart by the number of its message. */

const HEADER_BYTES = 12
const RECURSION_DESIRED = 0x0100
const RESPONSE = 0x80
const TYPE_A = 1
const CLASS_INTERNET = 1

const utf8 = new TextEncoder()

/** A question for the address of `name`. `message` is the number of the message, 16 bits. */
export function dnsQuestion(name: string, message: number): Uint8Array {
  const labels = name.split('.').map((label) => utf8.encode(label))
  const nameBytes = labels.reduce((sum, label) => sum + 1 + label.length, 1)
  const bytes = new Uint8Array(HEADER_BYTES + nameBytes + 4)
  const view = new DataView(bytes.buffer)
  view.setUint16(0, message & 0xffff)
  view.setUint16(2, RECURSION_DESIRED)
  view.setUint16(4, 1)
  let at = HEADER_BYTES
  for (const label of labels) {
    bytes[at] = label.length
    bytes.set(label, at + 1)
    at += 1 + label.length
  }
  view.setUint16(at + 1, TYPE_A)
  view.setUint16(at + 3, CLASS_INTERNET)
  return bytes
}

/** Whether `reply` is the response to `question`. */
export function answersQuestion(question: Uint8Array, reply: Uint8Array): boolean {
  const long = reply.length >= HEADER_BYTES
  return long && reply[0] === question[0] && reply[1] === question[1] && (reply[2] & RESPONSE) !== 0
}

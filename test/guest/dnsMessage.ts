/** DNS messages for tests (RFC 1035 §4): queries out, answers in. */

export const recordType = { A: 1, TXT: 16, OPT: 41, ANY: 255 } as const

/** Query for a name; with `edns` it has an OPT record as dig sends it (RFC 6891). */
export function query(name: string, type: number, edns = false): Uint8Array {
  const labels = name.split('.').flatMap((label) => [label.length, ...Buffer.from(label)])
  const options = edns ? [0, 0, recordType.OPT, 4, 208, 0, 0, 0, 0, 0, 0] : []
  return Uint8Array.from([
    ...[0x12, 0x34, 0x01, 0x20, 0, 1, 0, 0, 0, 0, 0, edns ? 1 : 0],
    ...[...labels, 0, 0, type, 0, 1],
    ...options,
  ])
}

/** What of an answer the tests look at. */
export interface Answer {
  id: number
  code: number
  authoritative: boolean
  /** Data of the answer records: an address, or a text. */
  data: string[]
  additional: number
}

export function readAnswer(bytes: Uint8Array): Answer {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let at = 12
  while (bytes[at] !== 0) at += bytes[at] + 1
  at += 5
  const data: string[] = []
  for (let count = view.getUint16(6); count > 0; count--) {
    const type = view.getUint16(at + 2)
    const length = view.getUint16(at + 10)
    const content = bytes.subarray(at + 12, at + 12 + length)
    data.push(
      type === recordType.A ? content.join('.') : Buffer.from(content.subarray(1)).toString(),
    )
    at += 12 + length
  }
  const additional = view.getUint16(10)
  if (at + 11 * additional !== bytes.length) throw new Error('bytes behind the last record')
  return {
    id: view.getUint16(0),
    code: bytes[3] & 15,
    authoritative: (bytes[2] & 0x84) === 0x84,
    data,
    additional,
  }
}

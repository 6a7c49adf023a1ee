/** A reader of protocol buffer messages for tests: field number → values in order; nested messages stay bytes. */

export type Fields = Map<number, (number | bigint | Uint8Array)[]>

export function readMessage(bytes: Uint8Array): Fields {
  const fields: Fields = new Map()
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let offset = 0
  const varint = (): number => {
    let value = 0
    for (let shift = 1; ; shift *= 0x80) {
      const byte = view.getUint8(offset++)
      value += (byte & 0x7f) * shift
      if (byte < 0x80) return value
    }
  }
  const value = (wireType: number): number | bigint | Uint8Array => {
    if (wireType === 0) return varint()
    if (wireType === 1) {
      offset += 8
      return view.getBigUint64(offset - 8, true)
    }
    if (wireType !== 2) throw new Error(`wire type ${wireType}`)
    const length = varint()
    offset += length
    if (offset > bytes.length) throw new Error('field runs over the end')
    return bytes.subarray(offset - length, offset)
  }
  while (offset < bytes.length) {
    const key = varint()
    const field = Math.floor(key / 8)
    const values = fields.get(field) ?? []
    values.push(value(key % 8))
    fields.set(field, values)
  }
  return fields
}

export const numberIn = (fields: Fields, field: number): number | undefined =>
  fields.get(field)?.map(Number)[0]

export function textIn(fields: Fields, field: number): string | undefined {
  const value = fields.get(field)?.[0]
  return value instanceof Uint8Array ? new TextDecoder().decode(value) : undefined
}

export const messagesIn = (fields: Fields, field: number): Fields[] =>
  (fields.get(field) ?? []).map((value) => readMessage(value as Uint8Array))

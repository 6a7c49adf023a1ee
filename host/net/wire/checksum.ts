/** The Internet checksum (RFC 1071). */

/** Sum of the 16-bit big-endian words of `bytes`, an odd last byte padded with zero, added to `initial`. */
export function sumWords(bytes: Uint8Array, initial = 0): number {
  let sum = initial
  for (let i = 0; i + 1 < bytes.length; i += 2) sum += (bytes[i] << 8) | bytes[i + 1]
  if (bytes.length % 2 === 1) sum += bytes[bytes.length - 1] << 8
  return sum
}

/** Ones' complement of the folded sum: the value of a checksum field, or 0 over data whose checksum is right. */
export function fold(sum: number): number {
  while (sum > 0xffff) sum = (sum & 0xffff) + Math.floor(sum / 0x10000)
  return ~sum & 0xffff
}

/**
 * The Internet checksum (RFC 1071): the ones' complement of the ones' complement sum of 16-bit words. Summed over 32-bit
 * little-endian words with the carries counted apart; the byte order only swaps the result (RFC 1071 §2 B).
 */

/** Add bytes to a partial sum. The address is even; an odd number of bytes is padded with a zero. */
export function addToSum(sum: u64, address: usize, bytes: usize): u64 {
  if (address & 2 && bytes >= 2) {
    sum += load<u16>(address);
    address += 2;
    bytes -= 2;
  }
  const words = address + (bytes & ~3);
  for (; address < words; address += 4) sum += load<u32>(address);
  if (bytes & 2) {
    sum += load<u16>(address);
    address += 2;
  }
  if (bytes & 1) sum += load<u8>(address);
  return sum;
}

/** The checksum of a partial sum, as it is stored in memory. */
export function foldSum(sum: u64): u32 {
  let folded = <u32>(sum & 0xffff) + <u32>((sum >> 16) & 0xffff) + <u32>(sum >> 32);
  folded = (folded & 0xffff) + (folded >> 16);
  folded = (folded & 0xffff) + (folded >> 16);
  return ~folded & 0xffff;
}

/** Checksum of one piece of memory. */
export function checksum(address: usize, bytes: usize): u32 {
  return foldSum(addToSum(0, address, bytes));
}

/** Network byte order. */

export function load16(address: usize): u32 {
  return ((<u32>load<u8>(address)) << 8) | load<u8>(address, 1);
}

export function store16(address: usize, value: u32): void {
  store<u8>(address, <u8>(value >> 8));
  store<u8>(address, <u8>value, 1);
}

/** Four bytes at any address. */
export function load32(address: usize): u32 {
  return (load16(address) << 16) | load16(address + 2);
}

export function store32(address: usize, value: u32): void {
  store16(address, value >> 16);
  store16(address + 2, value);
}

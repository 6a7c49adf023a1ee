/** Bulk memory operations on machine addresses. Regions may overlap in a copy, as WebAssembly has it. */

const WORD: u32 = 4;

export function memory_copy(target: u32, source: u32, count: u32): void {
  if (target == source || count == 0) return;
  if (target - source >= count) copyUp(target, source, count);
  else copyDown(target, source, count);
}

function copyUp(target: u32, source: u32, count: u32): void {
  const end = target + count;
  if (((target ^ source) & 3) == 0 && count >= 2 * WORD) {
    while ((target & 3) != 0) {
      store<u8>(target, load<u8>(source));
      target++;
      source++;
    }
    const last = (end & ~3) - 4 * WORD;
    while (<i32>(last - target) >= 0) {
      store<u32>(target, load<u32>(source));
      store<u32>(target, load<u32>(source, 4), 4);
      store<u32>(target, load<u32>(source, 8), 8);
      store<u32>(target, load<u32>(source, 12), 12);
      target += 4 * WORD;
      source += 4 * WORD;
    }
    while (end - target >= WORD) {
      store<u32>(target, load<u32>(source));
      target += WORD;
      source += WORD;
    }
  }
  while (target != end) {
    store<u8>(target, load<u8>(source));
    target++;
    source++;
  }
}

function copyDown(start: u32, source: u32, count: u32): void {
  let target = start + count;
  source += count;
  if (((target ^ source) & 3) == 0 && count >= 2 * WORD) {
    while ((target & 3) != 0) {
      target--;
      source--;
      store<u8>(target, load<u8>(source));
    }
    while (target - start >= WORD) {
      target -= WORD;
      source -= WORD;
      store<u32>(target, load<u32>(source));
    }
  }
  while (target != start) {
    target--;
    source--;
    store<u8>(target, load<u8>(source));
  }
}

export function memory_fill(target: u32, value: u32, count: u32): void {
  const end = target + count;
  if (count >= 2 * WORD) {
    const word = (value & 0xff) * 0x01010101;
    while ((target & 3) != 0) {
      store<u8>(target, value);
      target++;
    }
    while (end - target >= WORD) {
      store<u32>(target, word);
      target += WORD;
    }
  }
  while (target != end) {
    store<u8>(target, value);
    target++;
  }
}

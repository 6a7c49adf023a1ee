/** The kernels of bench/backend.bench.ts in AssemblyScript; kernels.c has the same in C, statement for statement. */

const area = memory.data(65536, 16)

export function sieve(n: i32): i32 {
  const flags = area
  for (let i = 0; i < n; i++) store<u8>(flags + i, 1)
  let count = 0
  for (let i = 2; i < n; i++) {
    if (load<u8>(flags + i) != 0) {
      count++
      for (let k = i + i; k < n; k += i) store<u8>(flags + k, 0)
    }
  }
  return count
}

export function crc32(n: i32): u32 {
  let crc: u32 = 0xffffffff
  for (let i = 0; i < n; i++) {
    crc ^= (i * 7) & 0xff
    for (let bit = 0; bit < 8; bit++) {
      crc = crc & 1 ? (crc >> 1) ^ 0xedb88320 : crc >> 1
    }
  }
  return ~crc
}

function sort(base: usize, low: i32, high: i32): void {
  while (low < high) {
    const pivot = load<i32>(base + (((low + high) >> 1) << 2))
    let i = low
    let k = high
    while (i <= k) {
      while (load<i32>(base + (i << 2)) < pivot) i++
      while (load<i32>(base + (k << 2)) > pivot) k--
      if (i <= k) {
        const held = load<i32>(base + (i << 2))
        store<i32>(base + (i << 2), load<i32>(base + (k << 2)))
        store<i32>(base + (k << 2), held)
        i++
        k--
      }
    }
    if (k - low < high - i) {
      sort(base, low, k)
      low = i
    } else {
      sort(base, i, high)
      high = k
    }
  }
}

export function quicksort(n: i32): i32 {
  let x: u32 = 12345
  for (let i = 0; i < n; i++) {
    x = x * 1103515245 + 12345
    store<i32>(area + (i << 2), x >> 8)
  }
  sort(area, 0, n - 1)
  let sum = 0
  for (let i = 0; i < n; i++) sum = sum * 31 + load<i32>(area + (i << 2))
  return sum
}

export function matmul(n: i32): i32 {
  const a = area
  const b = a + ((n * n) << 2)
  const c = b + ((n * n) << 2)
  for (let i = 0; i < n * n; i++) {
    store<i32>(a + (i << 2), i)
    store<i32>(b + (i << 2), i ^ 5)
  }
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      let sum = 0
      for (let k = 0; k < n; k++) {
        sum += load<i32>(a + ((i * n + k) << 2)) * load<i32>(b + ((k * n + j) << 2))
      }
      store<i32>(c + ((i * n + j) << 2), sum)
    }
  }
  let sum = 0
  for (let i = 0; i < n * n; i++) sum = sum * 31 + load<i32>(c + (i << 2))
  return sum
}

export function mix64(n: i32): i32 {
  let x: u64 = 0x9e3779b97f4a7c15
  let sum: u64 = 0
  for (let i = 0; i < n; i++) {
    x ^= x >> 30
    x *= 0xbf58476d1ce4e5b9
    x ^= x >> 27
    x += (<u64>i) << 7
    sum += x
    if (x > sum) sum ^= x
  }
  return <i32>(sum ^ (sum >> 32))
}

export function fib(n: i32): i32 {
  return n < 2 ? n : fib(n - 1) + fib(n - 2)
}

/** Builds a chain through the area in a scattered order, then walks it. */
export function list(n: i32): i32 {
  for (let i = 0; i < n; i++) {
    const node = area + (((i * 37) % n) << 3)
    store<u32>(node, <u32>(area + ((((i + 1) * 37) % n) << 3)))
    store<i32>(node, i, 4)
  }
  let sum = 0
  let node: usize = area
  for (let i = 0; i < 8 * n; i++) {
    sum += load<i32>(node, 4) ^ i
    node = load<u32>(node)
  }
  return sum
}

/** Counts lines, words and letters of a text with a small state machine. */
export function words(n: i32): i32 {
  for (let i = 0; i < n; i++) {
    const r = (i * 7919) >> 3
    store<u8>(area + i, (r & 7) == 0 ? 32 : (r & 31) == 9 ? 10 : 97 + (r & 15))
  }
  let lines = 0
  let count = 0
  let letters = 0
  let inside = false
  for (let i = 0; i < n; i++) {
    const c = load<u8>(area + i)
    switch (c) {
      case 10:
        lines++
        inside = false
        break
      case 32:
        inside = false
        break
      default:
        letters++
        if (!inside) {
          count++
          inside = true
        }
    }
  }
  return lines * 1000000 + count * 1000 + letters
}

/** 16-bit instructions as the 32-bit ones they stand for (RISC-V unprivileged ISA, chapter 27). */

/** The 32-bit form; 0 for what is none or is left to the core. */
export function expand(half: u32): u32 {
  const word = half & 0xffff
  const kind = ((word & 3) << 3) | (word >> 13)
  const rd = (word >> 7) & 31
  const rs2 = (word >> 2) & 31
  const low = 8 + ((word >> 2) & 7)
  const middle = 8 + ((word >> 7) & 7)
  const signed = (<u32>(((<i32>(word << 19)) >> 31) << 5)) | rs2
  switch (kind) {
    case 0:
      return stackAddress(word, low)
    case 2:
      return loadWord(low, middle, wordOffset(word))
    case 6:
      return storeWord(low, middle, wordOffset(word))
    case 8:
      return addImmediate(rd, rd, signed)
    case 9:
      return jump(1, word)
    case 10:
      return addImmediate(rd, 0, signed)
    case 11:
      return upper(word, rd, signed)
    case 12:
      return arithmetic(word, middle, low, signed)
    case 13:
      return jump(0, word)
    case 14:
      return branch(0, middle, word)
    case 15:
      return branch(1, middle, word)
    case 16:
      return word & 0x1000 ? 0 : 0x1013 | (rs2 << 20) | (rd << 15) | (rd << 7)
    case 18:
      return rd == 0
        ? 0
        : loadWord(rd, 2, ((word >> 2) & 0x1c) | ((word >> 7) & 0x20) | ((word & 0xc) << 4))
    case 20:
      return registers(word, rd, rs2)
    case 22:
      return storeWord(rs2, 2, ((word >> 7) & 0x3c) | ((word >> 1) & 0xc0))
    default:
      return 0
  }
}

function addImmediate(rd: u32, rs1: u32, value: u32): u32 {
  return 0x13 | (value << 20) | (rs1 << 15) | (rd << 7)
}

function loadWord(rd: u32, rs1: u32, offset: u32): u32 {
  return 0x2003 | (offset << 20) | (rs1 << 15) | (rd << 7)
}

function storeWord(rs2: u32, rs1: u32, offset: u32): u32 {
  return 0x2023 | ((offset >> 5) << 25) | (rs2 << 20) | (rs1 << 15) | ((offset & 31) << 7)
}

function wordOffset(word: u32): u32 {
  return ((word >> 7) & 0x38) | ((word >> 4) & 4) | ((word << 1) & 0x40)
}

function stackAddress(word: u32, rd: u32): u32 {
  const offset =
    ((word >> 7) & 0x30) | ((word >> 1) & 0x3c0) | ((word >> 4) & 4) | ((word >> 2) & 8)
  return offset == 0 ? 0 : addImmediate(rd, 2, offset)
}

function upper(word: u32, rd: u32, signed: u32): u32 {
  if (rd != 2) return signed == 0 ? 0 : 0x37 | (signed << 12) | (rd << 7)
  const sign = <u32>(((<i32>(word << 19)) >> 31) << 9)
  const rest =
    ((word >> 2) & 0x10) | ((word << 1) & 0x40) | ((word << 4) & 0x180) | ((word << 3) & 0x20)
  return (sign | rest) == 0 ? 0 : addImmediate(2, 2, sign | rest)
}

function arithmetic(word: u32, rd: u32, rs2: u32, signed: u32): u32 {
  const both = (rd << 15) | (rd << 7)
  switch ((word >> 10) & 3) {
    case 0:
      return word & 0x1000 ? 0 : 0x5013 | ((signed & 31) << 20) | both
    case 1:
      return word & 0x1000 ? 0 : 0x40005013 | ((signed & 31) << 20) | both
    case 2:
      return 0x7013 | (signed << 20) | both
    default:
      return word & 0x1000 ? 0 : operation((word >> 5) & 3) | (rs2 << 20) | both
  }
}

function operation(kind: u32): u32 {
  if (kind == 0) return 0x40000033
  if (kind == 1) return 0x4033
  return kind == 2 ? 0x6033 : 0x7033
}

function jump(rd: u32, word: u32): u32 {
  const sign = <u32>(((<i32>(word << 19)) >> 31) << 11)
  const high =
    ((word >> 7) & 0x10) | ((word >> 1) & 0x300) | ((word << 2) & 0x400) | ((word >> 1) & 0x40)
  const offset = sign | high | ((word << 1) & 0x80) | ((word >> 2) & 0xe) | ((word << 3) & 0x20)
  const bits = ((offset & 0x7fe) << 20) | ((offset & 0x800) << 9) | (offset & 0xff000)
  return 0x6f | bits | ((offset >> 31) << 31) | (rd << 7)
}

function branch(kind: u32, rs1: u32, word: u32): u32 {
  const sign = <u32>(((<i32>(word << 19)) >> 31) << 8)
  const rest =
    ((word >> 7) & 0x18) | ((word << 1) & 0xc0) | ((word >> 2) & 6) | ((word << 3) & 0x20)
  const offset = sign | rest
  const upper = ((offset >> 31) << 31) | ((offset & 0x7e0) << 20)
  return (
    0x63 | upper | (rs1 << 15) | (kind << 12) | ((offset & 0x1e) << 7) | ((offset & 0x800) >> 4)
  )
}

/** c.jr, c.mv, c.jalr, c.add; c.ebreak is left to the core. */
function registers(word: u32, rd: u32, rs2: u32): u32 {
  const link = (word & 0x1000) != 0
  if (rs2 == 0) return rd == 0 ? 0 : 0x67 | (rd << 15) | ((link ? 1 : 0) << 7)
  return 0x33 | (rs2 << 20) | ((link ? rd : 0) << 15) | (rd << 7)
}

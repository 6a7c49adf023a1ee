/** `.riscv.attributes`, by which disassemblers learn the extensions: RISC-V ELF psABI, "Attributes". */
import { ByteSink } from './bytes.ts'

const fileTag = 1
const stackAlignTag = 4
const architectureTag = 5

/** What the machine has; the disassemblers of binutils name nothing else. */
const architecture =
  'rv32i2p1_m2p0_a2p1_c2p0_zicsr2p0_zifencei2p0_zihintpause2p0_zba1p0_zbb1p0_zbs1p0'

/** The section's bytes. */
export function writeAttributes(): Uint8Array {
  const out = new ByteSink()
  out.u8('A'.charCodeAt(0)).u32(0).string('riscv')
  const file = out.length
  out.u8(fileTag).u32(0)
  out.uleb(stackAlignTag).uleb(16)
  out.uleb(architectureTag).string(architecture)
  out.patchU32(file + 1, out.length - file)
  out.patchU32(1, out.length - 1)
  return out.toBytes()
}

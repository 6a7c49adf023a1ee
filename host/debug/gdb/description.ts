/**
 * The target description: GDB manual, "RISC-V Features". Numbers of integer registers are GDB's own; CSRs follow in a block, so that
 * the number of a CSR is its address plus `firstCsr`.
 */
import { csrs } from '../../../assembly/tables/csrs.table.ts'
import { abiNames } from '../../toolchain/asm/registers.ts'

/** GDB's number of the CSR with address 0. */
export const firstCsr = 65
const csrCount = 4096

/** The CSR address of one of GDB's register numbers, or undefined. */
export function csrOfRegister(register: number): number | undefined {
  const number = register - firstCsr
  return number >= 0 && number < csrCount ? number : undefined
}

function register(name: string, number: number, type: string, group?: string): string {
  const extra = group === undefined ? '' : ` group="${group}"`
  return `<reg name="${name}" bitsize="32" type="${type}" regnum="${number}"${extra}/>`
}

const pointerNames = new Set(['ra'])
const dataPointerNames = new Set(['sp', 'gp', 'tp'])

function integerType(name: string): string {
  if (pointerNames.has(name)) return 'code_ptr'
  return dataPointerNames.has(name) ? 'data_ptr' : 'int'
}

/** `target.xml`. */
export function targetDescription(): string {
  // GDB knows s0 as fp.
  const integers = abiNames.map((name, number) =>
    register(name === 's0' ? 'fp' : name, number, integerType(name)),
  )
  const controls = csrs.map(({ name, number }) => register(name, firstCsr + number, 'int', 'csr'))
  return [
    '<?xml version="1.0"?>',
    '<!DOCTYPE target SYSTEM "gdb-target.dtd">',
    '<target version="1.0">',
    '<architecture>riscv:rv32</architecture>',
    '<feature name="org.gnu.gdb.riscv.cpu">',
    ...integers,
    register('pc', abiNames.length, 'code_ptr'),
    '</feature>',
    '<feature name="org.gnu.gdb.riscv.csr">',
    ...controls,
    '</feature>',
    '</target>',
    '',
  ].join('\n')
}

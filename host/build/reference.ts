/** The reference page of all register tables, as Markdown. */
import type { Register, RegisterTable } from '../../assembly/tables/types.ts'

const accessNames = {
  RO: 'read only',
  RW: 'read and write',
  WO: 'write only',
  W1C: 'write 1 to clear',
  X: 'exchange',
}

const introduction = `# Devices

The registers of every device, written by \`host/build/generate.ts\` from the tables beside the models. Offsets are from the base
of the device. An access of another width, at another offset or of a kind that the register does not have is a bus fault, counted and
traced. An exchange register takes one AMOSWAP.W: the operand goes in, the answer comes back, and nothing comes between.
`

/** The whole page. */
export function devicesPage(tables: RegisterTable[]): string {
  return [introduction, ...tables.map(deviceSection)].join('\n')
}

function deviceSection(table: RegisterTable): string {
  const { banks } = table
  const repeated = banks ? ` ${banks.count} banks, ${hex(banks.stride)} bytes apart.` : ''
  const head = `## ${table.title}\n\nSource: ${table.source}. Size: ${hex(table.size)} bytes.${repeated}\n`
  const registers = [
    '| offset | register | bytes | access | reset | meaning |',
    '| --- | --- | --- | --- | --- | --- |',
    ...table.registers.flatMap(registerRows),
  ].join('\n')
  return `${head}\n${registers}\n${constantTable(table)}`
}

function registerRows(register: Register): string[] {
  const row = [
    hex(register.offset) + (register.count === undefined ? '' : ` + n × ${hex(stride(register))}`),
    register.name + (register.count === undefined ? '' : ` (n < ${register.count})`),
    String(register.width),
    accessNames[register.access],
    hex(register.reset ?? 0),
    register.doc,
  ]
  const bits = (register.bits ?? []).map(({ name, lsb, width = 1, doc }) => {
    const place = width === 1 ? `bit ${lsb}` : `bits ${lsb}–${lsb + width - 1}`
    return `| | ${place}: ${name} | | | | ${doc} |`
  })
  return [`| ${row.join(' | ')} |`, ...bits]
}

function constantTable(table: RegisterTable): string {
  if (table.constants === undefined) return ''
  const rows = table.constants.map(
    ({ name, value, doc }) => `| ${name} | ${number(value)} | ${doc} |`,
  )
  return ['', '| number | value | meaning |', '| --- | --- | --- |', ...rows, ''].join('\n')
}

function stride(register: Register): number {
  return register.stride ?? register.width
}

function hex(value: number): string {
  return value < 10 ? String(value) : `0x${value.toString(16)}`
}

/** Hexadecimal, with the decimal number where it looks different. */
function number(value: number): string {
  return value < 10 ? String(value) : `${hex(value)} = ${value.toLocaleString('en-US')}`
}

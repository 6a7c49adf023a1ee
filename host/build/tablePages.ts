/** Reference pages of the other tables, as Markdown: instructions with their costs, system calls, trace records. */
import { instructions } from '../../assembly/tables/instructions.table.ts'
import { formats, type Instruction } from '../../assembly/tables/instructions.types.ts'
import {
  fileConstants,
  statusCodes,
  systemCalls,
  systemStructures,
  type SystemConstant,
  type SystemStructure,
} from '../../assembly/tables/syscalls.table.ts'
import { timingProfiles } from '../../assembly/tables/timing.table.ts'
import { traceEvents } from '../../assembly/tables/trace.table.ts'

const instructionsIntroduction = `# Instructions

Every instruction of the machine, written by \`host/build/generate.ts\` from \`assembly/tables/instructions.table.ts\`. The last columns are
cycles in the timing profiles. They leave out what depends on the run: a taken branch and a write to most CSRs cost more, a jump to a 32-bit
instruction that is not word-aligned one more, an access across a word one more, a division by zero less; the rules are in
\`assembly/tables/timing.table.ts\`.
`

const systemCallsIntroduction = `# System calls

The interface between programs and the kernel, written by \`host/build/generate.ts\` from \`assembly/tables/syscalls.table.ts\`. Number in a7,
arguments in a0 to a5, an NTSTATUS back in a0. A name with a star is the address of a structure or of a word. Times are in units of
100 ns: negative is from now, positive is a time of the machine's clock.
`

const traceIntroduction = `# Trace records

Every kind of record, written by \`host/build/generate.ts\` from \`assembly/tables/trace.table.ts\`. A record has 32 bytes: cycle (8), kind (2),
hart (1), 0 (1), a, b, c, pc (4 each), 0 (4), little-endian. Records of the hardware are written by the machine; those of
the guest by HINT instructions, which do nothing else.
`

const bar = (cells: (string | number)[]) =>
  `| ${cells.map((cell) => String(cell).replaceAll('|', '\\|')).join(' | ')} |`

/** A Markdown table. */
function table(head: string[], rows: (string | number)[][]): string {
  return [bar(head), bar(head.map(() => '---')), ...rows.map(bar), ''].join('\n')
}

const hex = (value: number) => `0x${(value >>> 0).toString(16)}`

const encoding = (row: Instruction) => {
  const digits = row.extension === 'C' ? 4 : 8
  const padded = (value: number) => (value >>> 0).toString(16).padStart(digits, '0')
  return `${padded(row.match)} / ${padded(row.mask)}`
}

function instructionRow(row: Instruction): (string | number)[] {
  const { operands } = formats[row.format]
  const meaning = row.expands === undefined ? row.doc : `${row.doc} Stands for ${row.expands}.`
  const costs = timingProfiles.map((profile) => profile[row.cost])
  return [`${row.name} ${operands.join(', ')}`.trim(), encoding(row), meaning, ...costs]
}

/** The page of all instructions, one section an extension. */
export function instructionsPage(): string {
  const extensions = [...new Set(instructions.map((row) => row.extension))]
  const head = ['instruction', 'match / mask', 'meaning', ...timingProfiles.map(({ name }) => name)]
  const sections = extensions.map((extension) => {
    const rows = instructions.filter((row) => row.extension === extension).map(instructionRow)
    return `## ${extension}\n\n${table(head, rows)}`
  })
  return [instructionsIntroduction, ...sections].join('\n')
}

const constantTable = (constants: SystemConstant[]) =>
  table(
    ['name', 'value', 'meaning'],
    constants.map(({ name, value, doc }) => [name, hex(value), doc]),
  )

function structureSection({ name, bytes, doc, fields }: SystemStructure): string {
  const rows = fields.map((field) => [field.offset, field.name, field.bytes ?? 4, field.doc])
  return `### ${name}\n\n${doc} ${bytes} bytes.\n\n${table(['offset', 'field', 'bytes', 'meaning'], rows)}`
}

/** The page of the system calls, their status codes, constants and structures. */
export function systemCallsPage(): string {
  const calls = systemCalls.map((call) => [call.number, call.name, call.args.join(', '), call.doc])
  return [
    systemCallsIntroduction,
    table(['number', 'call', 'arguments', 'meaning'], calls),
    `## Status codes\n\n${constantTable(statusCodes)}`,
    `## Codes, flags and classes\n\n${constantTable(fileConstants)}`,
    '## Structures\n',
    ...systemStructures.map(structureSection),
  ].join('\n')
}

/** The page of the trace records. */
export function tracePage(): string {
  const rows = traceEvents.map((event) => [
    event.id,
    event.name,
    event.layer,
    event.from,
    [event.a, event.b ?? '–', event.c ?? '–'].join(', '),
    event.doc,
  ])
  return [
    traceIntroduction,
    table(['kind', 'name', 'layer', 'from', 'a, b, c', 'meaning'], rows),
  ].join('\n')
}

/** The reference page of the system calls, as Markdown. */
import type { SystemConstant, SystemStructure } from '../../assembly/tables/syscalls.table.ts'
import {
  fileConstants,
  statusCodes,
  systemCalls,
  systemStructures,
} from '../../assembly/tables/syscalls.table.ts'
import type { SystemCall } from '../../assembly/tables/types.ts'

const introduction = `# System calls

Written by \`host/build/generate.ts\` from \`assembly/tables/syscalls.table.ts\`, whose comment says what all calls have in common:
how they are called, pointers, times, addresses, overlapped and blocking files. The number goes in a7, the arguments in a0 to a5, an
NTSTATUS comes back in a0. \`*name\` is a pointer.
`

/** The whole page. */
export function systemCallPage(): string {
  return [
    introduction,
    '## Calls\n',
    table(['number', 'call', 'meaning'], systemCalls.map(callRow)),
    '## Structures\n',
    ...systemStructures.map(structureSection),
    '## Codes, flags and classes\n',
    table(['value', 'name', 'meaning'], fileConstants.map(constantRow)),
    '## Status codes\n',
    table(['value', 'name', 'meaning'], statusCodes.map(constantRow)),
  ].join('\n')
}

function callRow({ number, name, args, doc }: SystemCall): string[] {
  return [String(number), `\`${name}(${args.join(', ')})\``, doc]
}

function constantRow({ name, value, doc }: SystemConstant): string[] {
  return [`0x${value.toString(16)}`, name, doc]
}

function structureSection({ name, bytes, doc, fields }: SystemStructure): string {
  const rows = fields.map((field) => [
    String(field.offset),
    field.name,
    String(field.bytes ?? 4),
    field.doc,
  ])
  return `### ${name}\n\n${doc} ${bytes} bytes.\n\n${table(['offset', 'field', 'bytes', 'meaning'], rows)}`
}

function table(head: string[], rows: string[][]): string {
  const lines = [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`)
  return `${lines.join('\n')}\n`
}

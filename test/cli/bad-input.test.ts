import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { assembleImage } from '../../host/toolchain/asm/index.ts'
import { writeImage } from '../../host/toolchain/elf/writer.ts'
import { inFolder } from '../programs.ts'
import { assembly, nothread } from './command.ts'

const elf = writeImage(assembleImage(assembly.hello, { base: 0x8000_0000 }))

/** The ELF file with some bytes changed. */
function patched(offset: number, ...bytes: number[]): Uint8Array {
  const copy = elf.slice()
  copy.set(bytes, offset)
  return copy
}

const files = {
  'hello.s': assembly.hello,
  'forever.s': assembly.forever,
  'empty.s': '',
  'good.elf': elf,
  'truncated.elf': elf.subarray(0, 60),
  'x86.elf': patched(18, 62),
  'wide.elf': patched(4, 2),
  'text.txt': 'hello',
  'broken.rec': '{"nothread":"recording","version":1}\n',
  'wrong.s': '  add a0, a1\n',
  'type.ts': "export function main(): void {\n  const x: i32 = 'text'\n}\n",
  'any.ts': 'export function main(): void {\n  let x: any = 1\n  x = 2\n}\n',
  'await.ts':
    "import { sleep } from 'nothread/guest'\nexport function main(): void {\n  await sleep(1)\n}\n",
}

const inputs: [string, string[], RegExp][] = [
  ['a missing file', ['run', 'none.ts'], /cannot read none\.ts: no such file/],
  ['a folder', ['run', '.'], /cannot read \.: it is a folder/],
  ['a file of another kind', ['run', 'text.txt'], /text\.txt is neither guest TypeScript/],
  ['a truncated ELF', ['run', 'truncated.elf'], /truncated\.elf: ELF .*\d+ bytes/],
  ['an ELF for another machine', ['run', 'x86.elf'], /x86\.elf: ELF e_machine: .*x86-64/],
  ['an ELF of 64 bits', ['run', 'wide.elf'], /wide\.elf: ELF /],
  ['wrong assembly', ['run', 'wrong.s'], /wrong\.s:1:/],
  ['a type error', ['run', 'type.ts'], /type\.ts:2:[\s\S]*const x: i32 = 'text'/],
  ['a type that there is not', ['run', 'any.ts'], /any\.ts:2:[\s\S]*let x: any/],
  ['an await where none may be', ['run', 'await.ts'], /await\.ts:3:[\s\S]*await sleep/],
  [
    'an --until that is nonsense',
    ['run', 'hello.s', '--until', 'nonsense'],
    /--until.*write a time/,
  ],
  ['an --until without unit', ['run', 'hello.s', '--until', '10'], /--until.*write a time/],
  ['too many harts', ['run', 'hello.s', '--harts', '9'], /--harts.*from 1 to 8/],
  ['a seed that is none', ['run', 'hello.s', '--seed', 'x'], /--seed.*expected an integer/],
  ['an unknown profile', ['run', 'hello.s', '--timing', 'fast'], /--timing.*ibex-small/],
  [
    'an unknown link option',
    ['run', 'hello.s', '--link', 'speed=1'],
    /"speed=1" is not a link option/,
  ],
  ['a wrong share', ['run', 'hello.s', '--link', 'loss=3'], /"3" is not a share/],
  ['a wrong forwarding', ['run', 'hello.s', '--forward', '53:53'], /write udp:HOST:GUEST/],
  ['a wrong parameter', ['run', 'hello.s', '--param', 'x'], /write NAME=NUMBER/],
  ['a wrong peek', ['run', 'hello.s', '--peek', '12'], /write ADDRESS:WORDS/],
  ['a peek outside of RAM', ['run', 'hello.s', '--peek', '0x0:1'], /0x00000000.*outside of RAM/],
  ['a peek at nothing', ['run', 'hello.s', '--peek', 'nobody:1'], /no symbol "nobody"/],
  [
    'two runs with one output',
    ['run', 'hello.s', '--check-determinism', '--json'],
    /--check-determinism and --json cannot be used together/,
  ],
  [
    'a disk of no size',
    ['run', 'hello.s', '--disk', 'text.txt'],
    /--disk text\.txt: a disk of 5 bytes/,
  ],
  [
    'a replay until nonsense',
    ['replay', 'x.rec', '--until', 'nonsense'],
    /"nonsense" is not a time/,
  ],
  ['an unknown option', ['run', 'hello.s', '--fast'], /unknown option '--fast'/],
  ['no file', ['run'], /missing required argument 'file'/],
  ['an unknown command', ['walk'], /unknown command 'walk'/],
  [
    'a snapshot and what it decides',
    ['run', 'hello.s', '--from', 'text.txt', '--harts', '2'],
    /--from and --harts cannot be used together/,
  ],
  ['nothing to go on from', ['run', 'hello.s', '--from', 'text.txt'], /text\.txt: this is no snap/],
  ['no snapshot', ['snapshot', 'info', 'text.txt'], /text\.txt: this is no snapshot/],
  ['no recording', ['replay', 'text.txt'], /text\.txt: line 1: this is no recording/],
  [
    'a recording without end',
    ['replay', 'broken.rec'],
    /broken\.rec: line 1: the recording has no end/,
  ],
  ['an empty program', ['run', 'empty.s'], /empty\.s has no instructions/],
  ['a base of nothing', ['run', 'hello.s', '--base', 'x'], /--base belongs to --from/],
  [
    'a function of no dump',
    ['build', 'hello.s', '-o', 'x', '--function', 'f'],
    /belongs to --dump/,
  ],
  ['no signature', ['run', 'forever.s', '--signature', 'x'], /the program has no begin_signature/],
  // These say so before they run, or they would not end.
  ...['record', 'pcap', 'trace', 'signature'].map((option): [string, string[], RegExp] => [
    `no place for --${option}`,
    ['run', 'forever.s', `--${option}`, 'text.txt/x'],
    /cannot write text\.txt\/x: a part of its path is no folder/,
  ]),
  [
    'no place for a snapshot',
    ['snapshot', 'save', 'forever.s', '-o', '.'],
    /cannot write \.: it is a folder/,
  ],
  [
    'no place for a demonstration',
    ['start', '--out', 'text.txt', '--requests', '1000000'],
    /cannot write text\.txt\/udp-echo/,
  ],
  [
    'no place for an experiment',
    ['experiment', 'async-versus-blocking', '--out', 'text.txt'],
    /cannot write text\.txt\/async/,
  ],
]

describe('bad input', () => {
  it.each(inputs)('%s gets one message and exit code 2', (_, args, message) => {
    const { status, stderr } = inFolder(files, (folder) => nothread(args, folder))
    expect(stderr).toMatch(message)
    // What the compilers find begins with its place, and nothing says twice that it is an error.
    expect(stderr).toMatch(/^(?:error|\S+: error): /)
    expect(stderr).not.toMatch(/^error: .*: error: /)
    expect(stderr).not.toMatch(/^\s+at /m)
    expect(status).toBe(2)
  })

  it('of the build is refused without leaving a file', () => {
    inFolder(files, (folder) => {
      expect(nothread(['build', 'type.ts', '-o', 'x.elf'], folder).status).toBe(2)
      expect(() => readFileSync(join(folder, 'x.elf'))).toThrow('ENOENT')
    })
  })
})

/** Debian's GDB on guest TypeScript: by name and by line, callers, variables, forwards and backwards. */
import { expect } from 'vitest'
import { compileText } from '../guest/programs.ts'
import { inFolder, testWith } from '../programs.ts'
import { gdbSession } from './gdbSession.ts'

const source = `import { console, sleep } from 'nothread/guest'

let total: i32 = 0

class Point {
  constructor(
    public x: i32,
    public label: string,
  ) {}
}

function square(value: i32): i32 {
  const result = value * value
  return result
}

function addUp(count: i32): i32 {
  let sum = 0
  for (let i = 1; i <= count; i++) {
    const part = square(i)
    sum += part
    total = sum
  }
  return sum
}

async function work(): Promise<i32> {
  const point = new Point(3, 'third')
  await sleep(50)
  point.x = addUp(point.x)
  return point.x
}

export async function main(): Promise<void> {
  const answer = await work()
  console.log(\`\${answer}\`)
}
`

async function session(commands: readonly string[]): Promise<string> {
  const program = await compileText(source, { debug: true })
  return inFolder({ 'test.ts': source }, (folder) => gdbSession(program, folder, commands))
}

testWith(['gdb-multiarch'], 'gdb finds functions, lines, callers and variables', async () => {
  const text = await session([
    'break square',
    'continue',
    'backtrace 3',
    'info args',
    'finish',
    'info locals',
    'delete',
    'break test.ts:24',
    'continue',
    'print sum + 1',
    'print total',
    'set var sum = 50',
    'up',
    'print *point',
    'print *point->label',
    'ptype point',
    'info threads',
    'monitor coroutines',
    'monitor threads',
    'monitor ports',
    'monitor dpcs',
    'monitor console',
    'delete',
    'continue',
  ])
  expect(text).toMatch(/Breakpoint 1, square \(value=1\) at \.\/test\.ts:13\n13\s+const result/)
  expect(text).toMatch(
    /#0 {2}square \(value=1\).*\n#1 .* addUp \(count=3\) at \.\/test\.ts:20\n#2 .* work \(\) at \.\/test\.ts:30/,
  )
  expect(text).toContain('value = 1\n')
  expect(text).toContain('Value returned is $1 = 1')
  expect(text).toMatch(/sum = 0\ni = 1\npart = 0\n/)
  expect(text).toMatch(/Breakpoint 2, addUp \(count=3\) at \.\/test\.ts:24/)
  expect(text).toContain('$2 = 15')
  expect(text).toContain('$3 = 14')
  expect(text).toMatch(/\$4 = \{x = 3, label = 0x[0-9a-f]+\}/)
  expect(text).toContain('$5 = u"third"')
  expect(text).toMatch(/type = struct Point \{\n {4}i32 x;\n/)
  expect(text).toMatch(/\* 1 .*hart 0, thread \d+, IRQL 0/)
  expect(text).toMatch(/main \(test\.ts:35\) {2}answer=0/)
  expect(text).toMatch(/thread \d+ {2}priority \d+ {2}running on hart 0/)
  expect(text).toMatch(/port 0x[0-9a-f]+ {2}unit \d+/)
  expect(text).toMatch(/hart 0 {2}at rest/)
  expect(text).toContain('exited normally')
})

testWith(['gdb-multiarch'], 'gdb goes back to the store that set a variable', async () => {
  const text = await session([
    'break addUp',
    'continue',
    'watch total',
    'continue',
    'continue',
    'continue',
    'print total',
    'reverse-continue',
    'print total',
    'info locals',
    'next',
    'reverse-next',
    'delete',
    'watch sum',
    'reverse-continue',
    'reverse-continue',
    'backtrace 1',
    'delete',
    'rwatch count',
    'reverse-continue',
    'delete',
    'reverse-stepi',
    'set var total = 5',
    'reverse-continue',
    'x/i $pc',
    'continue',
  ])
  // Forwards the machine stands behind the store, backwards in front of it.
  expect(text).toMatch(/Hardware watchpoint 2: total\n\nOld value = 0\nNew value = 1\n/)
  expect(text).toMatch(/Old value = 5\nNew value = 14\n/)
  expect(text).toContain('$1 = 14')
  expect(text).toMatch(/Old value = 14\nNew value = 5\naddUp \(count=3\) at \.\/test\.ts:22/)
  expect(text).toContain('$2 = 5')
  expect(text).toMatch(/sum = 14\ni = 3\npart = 9\n/)
  expect(text).toMatch(/Hardware watchpoint 3: sum\n\nOld value = 14\nNew value = 5\n/)
  expect(text).toMatch(/Old value = 5\nNew value = 1\n.*test\.ts:21/)
  expect(text).toMatch(/#0 .*addUp \(count=3\) at \.\/test\.ts:21/)
  expect(text).toMatch(/Hardware read watchpoint 4: count\n\nValue = 3\n.*test\.ts:19/)
  expect(text).toContain('Cannot access memory')
  expect(text).toContain('No more reverse-execution history')
  expect(text).toContain('exited normally')
})

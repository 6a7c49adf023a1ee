/** The terminal debugger on guest TypeScript: variables, awaits, and the way back. */
import { beforeEach, describe, expect, test } from 'vitest'
import { compileText } from '../../../test/guest/programs.ts'
import { Machine } from '../../machine/machine.ts'
import { TerminalDebugger } from './debugger.ts'

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

async function work(first: i32): Promise<i32> {
  const points = [new Point(first, 'third'), new Point(4, 'fourth')]
  await sleep(50)
  points[0].x = addUp(points[0].x)
  return points[0].x
}

export async function main(): Promise<void> {
  let exact: f64 = 1.5
  exact *= 2
  const answer = await work(3)
  console.log(\`\${answer} \${exact}\`)
}
`

const program = compileText(source, { debug: true })
let session: TerminalDebugger

beforeEach(async () => {
  const machine = await Machine.create({ history: true })
  await machine.load(await program)
  session = new TerminalDebugger(machine, (file) =>
    file === 'test.ts' ? source.split('\n') : undefined,
  )
})

/** Carries out commands and returns what the last one showed. */
async function after(...commands: string[]): Promise<string> {
  let shown = ''
  for (const line of commands) shown = await session.execute(line)
  return shown
}

describe('variables', () => {
  test('are shown by name with their types', async () => {
    expect(await after('b 29', 'c')).toContain('29    await sleep(50)')
    expect(await after('locals')).toBe(
      'first = 3\npoints = [Point at 0x' + (await addresses()).join(', Point at 0x') + ']',
    )
    expect(await after('p points[0]')).toBe('Point { x: 3, label: "third" }')
    expect(await after('p points[1].label')).toBe('"fourth"')
    expect(await after('p points[2]')).toBe('points has no [2]')
    expect(await after('p points[0].z')).toBe('points[0] has no z')
    expect(await after('p total')).toBe('0')
    expect(await after('p points.length 2')).toBe('points has no length')
  })

  test('belong to the function that is looked at', async () => {
    await after('b square', 'c')
    expect(await after('locals')).toBe('value = 1\nresult = 0')
    expect(await after('up')).toContain('in test/addUp')
    expect(await after('p count')).toBe('3')
    expect(await after('p value')).toBe('there is no variable, register or symbol value')
    expect(await after('frame 2', 'p first')).toBe('3')
    expect(await after('down', 'down', 'p value')).toBe('1')
    expect(await after('down')).toMatch(/^frames are 0 to \d+$/)
  })
})

/** Addresses of the two points, from the array. */
async function addresses(): Promise<string[]> {
  return [...(await after('p points')).matchAll(/0x([0-9a-f]+)/g)].map(([, digits]) => digits)
}

describe('steps', () => {
  test('over an await meet the coroutine behind it', async () => {
    expect(await after('b work', 'c')).toContain('(test.ts:28)')
    expect(await after('n')).toContain('(test.ts:29)')
    expect(await after('n')).toContain('(test.ts:30)')
    expect(await after('n', 'p points[0].x')).toBe('14')
  })

  test('into calls pass functions without source, out of them come back to the line', async () => {
    expect(await after('b 30', 'c', 's')).toContain('in test/Point#get:x')
    expect(await after('finish', 's')).toContain('in test/addUp')
    expect(await after('finish')).toContain('(test.ts:30)')
  })
})

describe('backtrace', () => {
  test('goes on through awaits', async () => {
    const text = await after('b square', 'c', 'bt')
    expect(text).toMatch(/^#0 .*square.*\(test\.ts:13\)\n#1 .*addUp.*\(test\.ts:20\)\n#2 .*work/)
    expect(text).toMatch(/#2 .*work.*\n {4}awaited by main \(test\.ts:37\)\n/)
    expect(text).toMatch(/suspended:\n[^]*main \(test\.ts:37\) {2}exact=3 {2}answer=0/)
  })
})

describe('the way back', () => {
  test('leads by lines, over what was called', async () => {
    await after('b 22', 'c')
    expect(await after('back')).toContain('21      sum += part')
    expect(await after('back')).toContain('20      const part = square(i)')
    expect(await after('back')).toContain('(test.ts:19)')
    expect(await after('n', 'n')).toContain('21      sum += part')
  })

  test('leads over an await', async () => {
    await after('b 30', 'c')
    expect(await after('back')).toContain('29    await sleep(50)')
    expect(await after('p first')).toBe('3')
  })

  test('leads to the store that set a variable', async () => {
    await after('b 24', 'c', 'd', 'watch total')
    expect(await after('rc')).toMatch(/^watchpoint 2: total was 14, is 5\n.*\(test\.ts:22\)/)
    expect(await after('rc')).toMatch(/^watchpoint 2: total was 5, is 1\n/)
    expect(await after('c')).toMatch(/^watchpoint 2: total was 1, is 5\n/)
    expect(await after('d 2', 'watch sum', 'c')).toMatch(/^watchpoint 3: sum was 5, is 14\n/)
  })

  test('leads back from the end, and to the beginning', async () => {
    expect(await after('c')).toBe('the guest has ended with code 0')
    expect(await after('b addUp', 'rc')).toMatch(/^breakpoint 1\n.*\(test\.ts:18\)/)
    expect(await after('d', 'rc')).toMatch(/^the beginning of the history\n0x80000000 /)
  })
})

test('what the executive knows has commands', async () => {
  await after('b square', 'c')
  expect(await after('threads')).toMatch(/^thread \d+ {2}priority \d+ {2}running on hart 0/)
  expect(await after('monitor ports')).toMatch(/^port 0x/)
  expect(await after('dpcs')).toMatch(/^hart 0 {2}at rest/)
  expect(await after('scheduler')).toMatch(/^hart 0 {2}IRQL 0 {2}thread \d+/)
  expect(await after('handles')).toContain('PORT')
  expect(await after('irps')).toBe('no requests')
})

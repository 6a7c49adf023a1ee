import { describe, expect, test } from 'vitest'
import type { Coroutine } from '../../machine/coroutines.ts'
import { Machine } from '../../machine/machine.ts'
import { assembleImage } from '../../toolchain/asm/index.ts'
import { coroutineTree } from '../source/coroutineTree.ts'
import { hex, Places } from '../source/places.ts'
import { TerminalDebugger } from './debugger.ts'

const source = `_start: la sp, stack
        li s0, 2
loop:   mv a0, s0
        call outer
        addi s0, s0, -1
        bnez s0, loop
        li t0, 0x00100000
        li t1, 0x00033333
        sw t1, 0(t0)
hang:   j hang
        .type outer, @function
outer:  addi sp, sp, -16
        sw ra, 12(sp)
        call inner
        lw ra, 12(sp)
        addi sp, sp, 16
        ret
        .size outer, . - outer
        .type inner, @function
inner:  la t0, total
        lw t1, 0(t0)
        add t1, t1, a0
        sw t1, 0(t0)
        ret
        .size inner, . - inner
        .data
total:  .word 40
        .bss
        .zero 64
stack:`

async function debuggerOf(text = source): Promise<TerminalDebugger> {
  const machine = await Machine.create({ ramBytes: 1 << 20, history: true })
  await machine.load(assembleImage(text, { base: 0x8000_0000, fileName: 'sum.s' }))
  return new TerminalDebugger(machine, (file) => (file === 'sum.s' ? text.split('\n') : undefined))
}

/** Carries out commands and returns what the last one showed. */
async function after(session: TerminalDebugger, ...commands: string[]): Promise<string> {
  let shown = ''
  for (const line of commands) shown = await session.execute(line)
  return shown
}

describe('the terminal debugger', () => {
  test('stops at functions and lines and shows the source', async () => {
    const session = await debuggerOf()
    expect(await after(session, 'break inner')).toMatch(
      /^breakpoint 1 at 0x[0-9a-f]+ in inner \(sum\.s:20\)$/,
    )
    const stop = await after(session, 'continue')
    expect(stop).toMatch(
      /^breakpoint 1\n0x[0-9a-f]+ in inner \(sum\.s:20\)\n20 {2}inner: {2}la t0, total$/,
    )
    expect(await after(session, 'b sum.s:5', 'c')).toContain('(sum.s:5)')
    expect(await after(session, 'b 22', 'd 1', 'c')).toMatch(/^breakpoint 3\n.*sum\.s:22/)
    expect(await after(session, 'b')).toMatch(/^2 .*\n3 .*$/)
    expect(await after(session, 'list')).toContain('>22          add t1, t1, a0')
  })

  test('steps into, over and out of calls', async () => {
    const session = await debuggerOf()
    expect(await after(session, 'b 4', 'c')).toContain('(sum.s:4)')
    expect(await after(session, 'next')).toContain('(sum.s:5)')
    expect(await after(session, 'c', 's')).toContain('in outer (sum.s:12)')
    expect(await after(session, 's', 's', 's')).toContain('in inner (sum.s:20)')
    expect(await after(session, 'bt')).toMatch(
      /^#0 .*inner.*\n#1 .*outer.*sum\.s:14.*\n#2 .*loop\+0x\w+ \(sum\.s:4\)/,
    )
    expect(await after(session, 'finish')).toContain('in outer+0x10 (sum.s:15)')
    expect(await after(session, 'finish')).toContain('(sum.s:5)')
    expect(await after(session, 'si')).toContain('(sum.s:6)')
  })

  test('shows registers, memory and instructions', async () => {
    const session = await debuggerOf()
    await after(session, 'b inner', 'c')
    expect(await after(session, 'p $a0')).toBe('0x00000002  2')
    expect(await after(session, 'p total')).toMatch(/: 0x00000028 {2}40$/)
    expect(await after(session, 'p 0x80000000 2')).toMatch(/^0x80000000: .*\n0x80000004: /)
    expect(await after(session, 'p nothing')).toBe(
      'there is no variable, register or symbol nothing',
    )
    expect(await after(session, 'p 0x0')).toBe('0x00000000 is not memory')
    expect(await after(session, 'registers')).toMatch(/^pc {3}0x80/)
    expect(await after(session, 'x')).toContain('lw t1, 0(t0)')
    expect(await after(session, 'monitor cycles')).toMatch(/^cycle \d+/)
    expect(await after(session, 'hart 1')).toBe('harts are 0 to 0')
  })

  test('runs to the end, repeats the last command, and leaves', async () => {
    const session = await debuggerOf()
    expect(await after(session, 'c')).toBe('the guest has ended with code 3')
    expect(await after(session, '')).toBe('the guest has ended')
    expect(await after(session, 'help')).toContain('breakpoint')
    expect(await after(session, 'nonsense')).toMatch(/^unknown command/)
    expect(await after(session, 'b nowhere')).toBe('there is no function nowhere')
    expect(await after(session, 'b sum.s:999')).toBe('no code comes from sum.s:999')
    expect(await after(session, 'd 7')).toBe('there is no breakpoint 7')
    expect(session.closed).toBe(false)
    await session.execute('quit')
    expect(session.closed).toBe(true)
  })

  test('can be interrupted in a step that does not end', async () => {
    const session = await debuggerOf('_start: j _start')
    const running = session.execute('next')
    setTimeout(() => session.interrupt(), 20)
    expect(await running).toMatch(/^interrupted\n0x80000000 in _start \(sum\.s:1\)/)
  })
})

test('an address behind the code belongs to no function', () => {
  const image = assembleImage(source, { base: 0x8000_0000, fileName: 'sum.s' })
  const places = new Places([image])
  const [code] = image.segments
  const end = code.address + code.memorySize
  expect(places.functionOf(end - 4)?.name).toBe('inner')
  expect(places.functionOf(end)).toBeUndefined()
  expect(places.describe(end + 0x1000)).toBe(hex(end + 0x1000))
})

test('coroutines stand below those that await them', () => {
  const task = {
    ...{ file: 'a.ts', operation: 0, kept: [], state: 'waiting' as const },
    ...{ since: 0, waitsFor: '', awaiters: [] },
  }
  const live: Coroutine[] = [
    {
      ...task,
      frame: 1,
      name: 'reader',
      line: 4,
      awaited: 0,
      operation: 7,
      kept: [{ name: 'left', words: [255] }],
    },
    { ...task, frame: 2, name: 'main', line: 9, awaited: 1 },
    { ...task, frame: 3, name: 'loop', line: 5, awaited: 3 },
  ]
  const kept = (coroutine: Coroutine): string[] =>
    coroutine.kept.map(({ name, words }) => `${name}=${words.join(':')}`)
  expect(coroutineTree(live, kept).split('\n')).toEqual([
    'main (a.ts:9)',
    '  reader (a.ts:4), waits for operation 7  left=255',
    'loop (a.ts:5)',
  ])
})

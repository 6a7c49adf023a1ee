/** The collector while threads and coroutines allocate at once, memory that is freed by hand, and what checked mode finds. */
import { describe, expect, test } from 'vitest'
import { stressProgram } from './collectorStress.ts'
import { compileText, machineWith } from './programs.ts'
import type { Outcome } from './programs.ts'

/** About 2 MiB for the program. */
const tinyMemory = 22 * 1024 * 1024
/** A thousand million cycles and more: `NOTHREAD_LONG=1`. */
const rounds = process.env.NOTHREAD_LONG === undefined ? 60 : 1100
/** What words that only look like references may keep. */
const mostKept = 64 * 1024
/** A step of marking, with stacks, registers and frames of this program; checked code takes longer. */
const longestPause = 1_000_000

async function run(
  text: string,
  checked: boolean,
  options: { harts?: number } = {},
): Promise<Outcome> {
  const program = await compileText(text, { checked })
  const parameters = { rounds }
  const machine = await machineWith(program, { ...options, ramBytes: tinyMemory, parameters })
  const report = await machine.run({ until: '1000s' })
  return { report, text: machine.console.text, machine }
}

describe('under stress', () => {
  test.each([
    ['', 1, false],
    [', checked', 1, true],
    [', on four harts', 4, false],
    [', on eight harts, checked', 8, true],
  ])('nothing is lost and memory comes back%s', async (_, harts, checked) => {
    const { report, text, machine } = await run(stressProgram, checked, { harts })
    expect(report).toMatchObject({ stopReason: 'exit', exitCode: 0 })
    expect(text).toMatch(/^wrong 0$/m)
    const number = (name: string): number => Number(new RegExp(`${name} (\\d+)`).exec(text)?.[1])
    expect(number('kept')).toBeLessThan(mostKept)
    expect(number('collections')).toBeGreaterThan(5)
    expect(number('longest pause')).toBeLessThan(longestPause)
    console.log(`${machine.cycles} cycles, ${text.trim().split('\n').join(', ')}`)
  })
})

/** A program in which each tree has one holder of another kind, while the memory of what is lost is used again. */
const holders = `
import { Continuation, Datagram, Fiber, Memory, TaskSource, Thread, UdpSocket, millisecond, print, sleep, sleepBlocking } from 'nothread/guest'
class Node {
  left: Node | null = null
  right: Node | null = null
  constructor(public value: i32) {}
}
class Flag { up: bool = false; down: bool = false }
function build(depth: i32, seed: i32): Node {
  const node = new Node(seed)
  if (depth > 0) { node.left = build(depth - 1, seed); node.right = build(depth - 1, seed) }
  return node
}
function sum(node: Node | null): i32 { return node ? node.value + sum(node.left) + sum(node.right) : 0 }
function check(holder: string, tree: Node): void { print(holder + ' ' + (sum(tree) / tree.value).toString()) }
function churn(): void {
  for (let round = 0; round < 2; round++) {
    for (let i = 0; i < 200; i++) build(5, 77)
    Memory.collect()
  }
}
const source = new TaskSource<i32>()
const later = new TaskSource<i32>()
function fiberWithTree(): Fiber {
  const fiber = new Fiber(() => { const tree = build(4, 1); Fiber.yield(); check('fiber', tree) })
  fiber.resume()
  return fiber
}
function callbackWithTree(): void {
  const tree = build(4, 2)
  later.task.onCompleted(Continuation.from(() => check('callback', tree)))
}
function closureWithTree(): () => void {
  const tree = build(4, 3)
  return () => check('closure', tree)
}
function* generatorWithTree(): Generator<i32> { const tree = build(4, 4); yield 0; check('generator', tree) }
async function* streamWithTree(): AsyncGenerator<i32> {
  const tree = build(4, 5)
  yield 1
  await source.task
  check('stream', tree)
}
async function readStream(): Promise<void> { for await (const value of streamWithTree()) { if (value == 0) print('never') } }
async function coroutineWithTree(): Promise<void> { const tree = build(4, 6); await source.task; check('coroutine', tree) }
async function timerWithTree(): Promise<void> { const tree = build(4, 7); await sleep(200 * millisecond); check('timer', tree) }
function blockedWithTree(flag: Flag): void {
  const tree = build(4, 8)
  sleepBlocking(100 * millisecond)
  check('blocked thread', tree)
  flag.down = true
}
function busyWithTree(flag: Flag): void {
  const tree = build(4, 9)
  flag.up = true
  while (!load<bool>(changetype<usize>(flag) + offsetof<Flag>('down'))) {}
  check('busy thread', tree)
  flag.up = false
}
async function requestWithBuffer(socket: UdpSocket): Promise<void> {
  const buffer = new Uint8Array(512)
  const peer = new Datagram()
  const length = await socket.receiveFrom(buffer, peer)
  await socket.sendTo(buffer, length, peer)
}
export async function main(): Promise<void> {
  const fiber = fiberWithTree()
  callbackWithTree()
  const closure = closureWithTree()
  const generator = generatorWithTree()
  generator.next()
  readStream()
  coroutineWithTree()
  timerWithTree()
  const blocked = new Flag(), busy = new Flag()
  Thread.start<Flag>(blockedWithTree, blocked)
  Thread.start<Flag>(busyWithTree, busy)
  while (!busy.up) await sleep(millisecond)
  const socket = UdpSocket.bind(7)
  for (let i = 0; i < 4; i++) requestWithBuffer(socket)
  churn()
  print('ready')
  fiber.resume()
  closure()
  generator.next()
  source.complete(1)
  later.complete(1)
  busy.down = true
  while (busy.up || !blocked.down) { churn(); await sleep(10 * millisecond) }
  await sleep(200 * millisecond)
}
`

test.each([1, 2])('one reference is enough, whoever has it, on %s hart(s)', async (harts) => {
  const machine = await machineWith(await compileText(holders), { harts, ramBytes: tinyMemory })
  await machine.run({ until: { text: 'ready' } })
  const load = machine.network.clients({ port: 7, count: 4, requests: 1 })
  const report = await machine.run({ until: '5s' })
  expect(report).toMatchObject({ stopReason: 'exit', exitCode: 0 })
  const kinds = ['fiber', 'callback', 'closure', 'generator', 'stream', 'coroutine', 'timer']
  const expected = [...kinds, 'blocked thread', 'busy thread'].map((kind) => `${kind} 31`)
  expect(machine.console.text.trimEnd().split('\n').sort()).toEqual([...expected, 'ready'].sort())
  expect(load.finished).toBe(true)
})

/** Sorting moves references where the collector is not told: through a buffer of its own, or within the list. */
const sorting = `
import { Memory, print } from 'nothread/guest'
class Item {
  next: Item | null = null
  constructor(public value: u32) {}
}
let state: u32 = 1
function random(): u32 { state ^= state << 13; state ^= state >> 17; state ^= state << 5; return state }
function litter(): Item {
  const item = new Item(77)
  for (let n = 0; n < 4; n++) { const other = new Item(78); other.next = item.next; item.next = other }
  return item
}
function compare(a: Item, b: Item): i32 {
  return litter().value == 77 ? (a.value > b.value ? 1 : a.value < b.value ? -1 : 0) : 0
}
export function main(): void {
  let wrong = 0
  for (let round = 0; round < 12; round++) {
    const count = round & 1 ? 300 : 3000
    const list = new Array<Item>()
    let sum: u32 = 0
    for (let n = 0; n < count; n++) { const value = random() >>> 4; sum += value; list.push(new Item(value)) }
    list.sort(compare)
    for (let n = 0; n < 4000; n++) litter()
    for (let n = 0; n < count; n++) {
      sum -= list[n].value
      if (list[n].next != null || (n > 0 && list[n - 1].value > list[n].value)) wrong++
    }
    if (sum) wrong++
  }
  print(wrong); print(Memory.collections > 20)
}
`

test('sorting small and large lists while the comparison allocates loses nothing', async () => {
  const { text } = await run(sorting, false)
  expect(text).toBe('0\ntrue\n')
})

const unmanaged = `
import { Memory, print } from 'nothread/guest'
@unmanaged
class Ring {
  first: u32 = 0
  name: usize = 0
}
class Name { constructor(public text: string) {} }
`

describe('unmanaged objects', () => {
  test('stay without references, keep what they refer to, and are freed by hand', async () => {
    const { text } = await run(
      `${unmanaged}
      let address: usize = 0
      function make(i: i32): void {
        const ring = new Ring()
        ring.first = 77
        ring.name = changetype<usize>(new Name('name' + i.toString()))
        address = changetype<usize>(ring) ^ 0x5a5a5a5a
      }
      export function main(): void {
        make(5)
        for (let i = 0; i < 3; i++) Memory.collect()
        const before = Memory.used
        const ring = changetype<Ring>(address ^ 0x5a5a5a5a)
        print(ring.first)
        print(changetype<Name>(ring.name).text)
        for (let i = 0; i < 1000; i++) heap.free(changetype<usize>(new Ring()))
        print(Memory.used - before < 200)
      }`,
      false,
    )
    expect(text).toBe('77\nname5\ntrue\n')
  })

  test('freed twice end the program', async () => {
    const { text } = await run(
      `${unmanaged}
      export function main(): void {
        const ring = changetype<usize>(new Ring())
        heap.free(ring)
        heap.free(ring)
      }`,
      false,
    )
    expect(text).toContain('Memory is freed that is not in use')
  })
})

describe('checked mode', () => {
  const useAfterFree = `${unmanaged}
export function main(): void {
  const ring = new Ring()
  ring.first = 3
  heap.free(changetype<usize>(ring))
  print('freed')
  print(ring.first)
}`

  test('ends the program when it uses memory after it was freed', async () => {
    const { report, text } = await run(useAfterFree, true)
    expect(text).toMatch(/^freed\nuse after free/)
    expect(report).toMatchObject({ stopReason: 'fault' })
  })

  test('is off unless it is asked for', async () => {
    const { report } = await run(useAfterFree, false)
    expect(report).toMatchObject({ stopReason: 'exit', exitCode: 0 })
  })
})

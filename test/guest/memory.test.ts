import { describe, expect, test } from 'vitest'
import { runText } from './programs.ts'

/** 8 MiB are left for the program when the kernel has taken its 16. */
const smallMemory = { ramBytes: 28 * 1024 * 1024 }

const tree = `
  import { microsecond, print, sleep, whenAll } from 'nothread/guest'
  class Node { constructor(public value: i32, public left: Node | null, public right: Node | null) {} }
  function build(depth: i32): Node {
    return depth == 0 ? new Node(1, null, null) : new Node(depth, build(depth - 1), build(depth - 1))
  }
  function sum(node: Node | null): i32 { return node ? node.value + sum(node.left) + sum(node.right) : 0 }`

describe('the collector', () => {
  test('keeps what globals, suspended coroutines, maps and the stack refer to', async () => {
    const { report, text } = await runText(
      `${tree}
      const kept = build(11)
      const map = new Map<string, Node>()
      async function churn(seed: i32): Promise<i32> {
        const mine = build(5)
        let wrong = 0
        for (let i = 0; i < 8; i++) {
          const other = build(9)
          const texts: string[] = []
          for (let k = 0; k < 40; k++) texts.push('x' + k.toString())
          const joined = texts.join(',')
          await sleep((seed % 7) * microsecond)
          build(9)
          if (joined.length != 149 || sum(other) != sum(build(9)) || sum(mine) != sum(build(5))) wrong++
        }
        return wrong
      }
      export async function main(): Promise<i32> {
        for (let i = 0; i < 50; i++) map.set('key' + i.toString(), build(3))
        const before = sum(kept)
        const tasks: Promise<i32>[] = []
        for (let i = 0; i < 10; i++) tasks.push(churn(i))
        await whenAll(tasks)
        let wrong = 0
        for (let i = 0; i < tasks.length; i++) wrong += await tasks[i]
        for (let i = 0; i < 50; i++) if (sum(map.get('key' + i.toString())) != sum(build(3))) wrong++
        const local = build(9)
        const expected = sum(local)
        for (let i = 0; i < 60; i++) { build(9); if (sum(local) != expected) wrong++ }
        if (sum(kept) != before) wrong++
        print('wrong ' + wrong.toString())
        return 0
      }`,
      smallMemory,
    )
    expect(text).toBe('wrong 0\n')
    expect(report).toMatchObject({ stopReason: 'exit', exitCode: 0 })
  })

  test('gives large blocks back: 60 MB in 8', async () => {
    const { text } = await runText(
      `import { print } from 'nothread/guest'
      export function main(): void {
        let sum = 0
        for (let i = 0; i < 300; i++) {
          const block = new Uint8Array(200_000)
          block[i] = 1
          sum += block[i] + block[i + 1]
        }
        print(sum)
      }`,
      smallMemory,
    )
    expect(text).toBe('300\n')
  })

  test('follows a chain that is longer than its mark stack', async () => {
    const { text } = await runText(
      `import { print } from 'nothread/guest'
      class Link { next: Link | null = null; many: Link[] = [] }
      export function main(): void {
        const root = new Link()
        for (let i = 0; i < 12_000; i++) root.many.push(new Link())
        let chain = root
        for (let i = 0; i < 20_000; i++) { const next = new Link(); chain.next = next; chain = next }
        for (let i = 0; i < 40_000; i++) new Link()
        let length = 0
        for (let link: Link | null = root; link; link = link.next) length++
        let empty = 0
        for (let i = 0; i < root.many.length; i++) if (root.many[i].many.length == 0) empty++
        print(length); print(empty)
      }`,
      smallMemory,
    )
    expect(text).toBe('20001\n12000\n')
  })

  test('a program that keeps everything ends with a report', async () => {
    const { report, text } = await runText(
      `const all: Uint8Array[] = []
      export function main(): void { while (true) all.push(new Uint8Array(100_000)) }`,
      smallMemory,
    )
    expect(report.stopReason).toBe('fault')
    expect(text).toContain("The program's memory is full")
  })

  test('pending requests and timers keep their tasks though nobody awaits them', async () => {
    const { text } = await runText(
      `${tree}
      let ended = 0
      async function forgotten(n: i32): Promise<void> {
        const mine = build(4)
        await sleep(1000 * microsecond)
        if (sum(mine) == sum(build(4))) ended += n
      }
      export async function main(): Promise<void> {
        for (let i = 0; i < 50; i++) forgotten(1)
        for (let i = 0; i < 40; i++) { build(9); await sleep(10 * microsecond) }
        await sleep(2000 * microsecond)
        print(ended)
      }`,
      smallMemory,
    )
    expect(text).toBe('50\n')
  })
})

/** A program that allocates in threads and coroutines at once and knows what must not be lost. */

/** Source of the program; its parameters are the `rounds` per thread and coroutine, the number of `threads`, and of `workers` in the pool. */
export const stressProgram = `
import { Memory, Thread, ThreadPool, microsecond, parameter, print, sleep, whenAll } from 'nothread/guest'

class Node {
  left: Node | null = null
  right: Node | null = null
  constructor(public value: i32) {}
}

class Shape { kind(): i32 { return 0 } }
class Square extends Shape { kind(): i32 { return 4 } }
class Round extends Shape { kind(): i32 { return 9 } }
const shapes: Shape[] = [new Square(), new Round()]

/** A tree with 2 ** (depth + 1) - 1 nodes whose values add up to seed times that. */
function build(depth: i32, seed: i32): Node {
  const node = new Node(seed)
  if (depth > 0) {
    node.left = build(depth - 1, seed)
    node.right = build(depth - 1, seed)
  }
  return node
}

function sum(node: Node | null): i32 {
  return node ? node.value + sum(node.left) + sum(node.right) : 0
}

/** What each user keeps over many collections, and changes again and again. */
class Store {
  trees: Node[] = []
  names: Map<string, Node> = new Map<string, Node>()
  wrong: i32 = 0
  finished: bool = false
  seed: i32
  random: u32
  constructor(seed: i32) {
    this.seed = seed
    this.random = seed * 7919 + 1
    for (let i = 0; i < 8; i++) this.trees.push(build(4, seed + i))
  }
  next(limit: u32): u32 {
    this.random = this.random * 1664525 + 1013904223
    return (this.random >>> 8) % limit
  }
  work(): void {
    const shape = shapes[this.random & 1]
    if (shape.kind() != (shape instanceof Square ? 4 : 9)) this.wrong++
    if (shape.kind() != ((this.random & 1) == 0 ? 4 : 9)) this.wrong++
    const index = this.next(8)
    if (sum(this.trees[index]) != 31 * (this.seed + index)) this.wrong++
    this.trees[index] = build(4, this.seed + index)
    const key = 'k' + this.next(20).toString()
    if (this.names.has(key) && sum(this.names.get(key)) != 7 * key.length) this.wrong++
    this.names.set(key, build(2, key.length))
    if (this.next(30) == 0) this.names = new Map<string, Node>()
    const list: Node[] = []
    for (let i = 0; i < 20; i++) list.push(build(1, <i32>this.next(100)))
    list.sort((a, b) => a.value - b.value)
    for (let i = 1; i < 20; i++) if (list[i - 1].value > list[i].value || sum(list[i]) != 3 * list[i].value) this.wrong++
    const buffer = new Uint8Array(200 + this.next(4000))
    for (let i = 0; i < buffer.length; i++) if (buffer[i] != 0) this.wrong++
  }
}

const rounds = parameter('rounds', 100)

function threadMain(store: Store): void {
  for (let i: u32 = 0; i < rounds; i++) store.work()
  store.finished = true
}

async function coroutine(store: Store): Promise<i32> {
  for (let i: u32 = 0; i < rounds; i++) {
    const local = build(3, store.seed)
    await sleep((1 + store.next(5)) * 10 * microsecond)
    store.work()
    if (sum(local) != 15 * store.seed) store.wrong++
  }
  store.finished = true
  return store.wrong
}

async function all(): Promise<i32> {
  const stores: Store[] = []
  const threads: Thread[] = []
  const threadCount = <i32>parameter('threads', 3)
  for (let i = 0; i < threadCount; i++) {
    const store = new Store(100 + i)
    stores.push(store)
    threads.push(Thread.start<Store>(threadMain, store))
  }
  const tasks: Promise<i32>[] = []
  for (let i = 0; i < 6; i++) {
    const store = new Store(200 + i)
    stores.push(store)
    tasks.push(coroutine(store))
  }
  await whenAll(tasks)
  for (let i = 0; i < threadCount; i++) while (!stores[i].finished) await sleep(100 * microsecond)
  let wrong = 0
  for (let i = 0; i < stores.length; i++) wrong += stores[i].wrong
  return wrong
}

function idle(store: Store): void {}

export async function main(): Promise<void> {
  ThreadPool.setThreads(parameter('workers', 2))
  Thread.start<Store>(idle, new Store(1)).join()
  await sleep(microsecond)
  Memory.collect()
  const before = Memory.used
  const wrong = await all()
  await sleep(1000 * microsecond)
  Memory.collect()
  print('wrong ' + wrong.toString())
  print('kept ' + (Memory.used - before).toString())
  print('collections ' + Memory.collections.toString() + ' pauses ' + Memory.pauses.toString())
  print('longest pause ' + Memory.longestPause.toString())
}
`

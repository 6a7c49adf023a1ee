import { expect, test } from 'vitest'
import { runText } from './programs.ts'

/** Threads that call the same functions with different numbers of arguments; a default that is computed is the function's own business. */
const program = `import { print, Thread } from 'nothread/guest'
const rounds = 3000
let step = 10
function three(a: i32, b: i32 = a + step, c: i32 = b + step): i32 { return a + b * 100 + c * 10000 }
class Adder { add(a: i32, b: i32 = a + step): i32 { return a + b } }
function countWrong(given: i32): i32 {
  const through: (a: i32, b?: i32, c?: i32) => i32 = three
  const object = new Adder()
  let wrong = 0
  for (let i = 0; i < rounds; i++) {
    if (given == 1) { if (three(1) != 211101) wrong++; if (through(1) != 211101) wrong++ }
    if (given == 2) { if (three(1, 2) != 120201) wrong++; if (through(1, 2) != 120201) wrong++ }
    if (given == 3) { if (through(1, 2, 3) != 30201) wrong++; if (object.add(1) != 12) wrong++ }
  }
  return wrong
}
const counts = new StaticArray<i32>(4)
export function main(): void {
  const threads: Thread[] = []
  for (let given = 1; given <= 3; given++) {
    threads.push(Thread.start((argument: usize): void => { counts[<i32>argument] = countWrong(<i32>argument) }, given))
  }
  for (const thread of threads) thread.join()
  print(counts.join(','))
}
`

test.each([1, 4])('threads on %i harts leave out different arguments', async (harts) => {
  const { text, report } = await runText(program, { harts })
  expect({ text, stopReason: report.stopReason }).toEqual({ text: '0,0,0,0\n', stopReason: 'exit' })
})

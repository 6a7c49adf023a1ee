import { expect, test } from 'vitest'
import { faultTrace } from '../../host/debug/source/fault.ts'
import { runText } from './programs.ts'

/** Console and trace of a program that faults. */
async function faultOf(text: string): Promise<{ text: string; message: string; trace: string[] }> {
  const { report, machine } = await runText(text)
  expect(report.stopReason).toBe('fault')
  const { fault } = report
  if (!fault) throw new Error('The report has no fault.')
  const trace = faultTrace(machine, fault)
  return { text: machine.console.text, message: fault.message, trace }
}

const waiting = `import { print, sleep } from 'nothread/guest'
let limit = 7
function pick(index: i32): i32 {
  return 4 / (limit - index)
}
async function inner(index: i32): Promise<i32> {
  await sleep(100)
  return 1 + pick(index)
}
async function middle(index: i32): Promise<i32> {
  const value = await inner(index)
  return value + 1
}
export async function main(): Promise<void> {
  print(await middle(1))
  print(await middle(7))
}
`

test('a fault behind an await names who awaits it', async () => {
  const { text, trace } = await faultOf(waiting)
  expect(text).toContain('2\n')
  // pick may have become part of inner.
  expect(trace[0]).toMatch(/^at (?:pick|inner) \(test\.ts/)
  expect(trace.slice(-2)).toEqual(['at middle (test.ts:11)', 'at main (test.ts:16)'])
})

test('a fault of the machine names the callers', async () => {
  const { message, trace } = await faultOf(`
function divide(a: i32, b: i32): i32 { return a / b }
let zero = 0
export function main(): void {
  for (let i = 0; i < 2; i++) zero = divide(i, zero)
}
`)
  expect(message).toContain('the program faulted')
  expect(trace.join(' ')).toContain('(test.ts:')
})

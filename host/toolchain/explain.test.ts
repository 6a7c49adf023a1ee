import { expect, test } from 'vitest'
import { compileText } from '../../test/guest/programs.ts'
import { Machine } from '../machine/machine.ts'
import { explain } from './explain.ts'

const text = `import { parameter, second, sleep } from 'nothread/guest'

async function twice(count: i32): Promise<i32> {
  let sum = 0
  for (let i = 0; i < count; i++) {
    await sleep(second)
    sum += i
  }
  await sleep(300)
  return sum
}

function plain(): i32 { return 3 }

export async function main(): Promise<i32> {
  return plain() + await twice(parameter('count', 3))
}
`

test('an async function has a state for the call and one for each await', async () => {
  const { image } = await compileText(text)
  const functions = explain(image, { source: () => text.split('\n') })
  expect(functions.map(({ name }) => name).sort()).toEqual(['main', 'twice'])
  const twice = functions.find(({ name }) => name === 'twice')!
  expect(twice).toMatchObject({ file: 'test.ts', line: 3, frameBytes: 32 + 4 * twice.slots })
  expect(twice.states.map(({ line, source }) => [line, source])).toEqual([
    [3, 'async function twice(count: i32): Promise<i32> {'],
    [6, 'await sleep(second)'],
    [9, 'await sleep(300)'],
  ])
  // The loop needs its counter, the sum and the limit; behind it only the sum is left.
  expect(twice.states[1].live.length).toBeGreaterThanOrEqual(3)
  expect(twice.states[2].live.length).toBeLessThan(twice.states[1].live.length)
  expect(twice.states.map(({ next }) => next)).toEqual([[1, 2], [1, 2], []])
})

test("a state's code begins at its resume address and stays inside of the function", async () => {
  const { image } = await compileText(text)
  for (const { address, bytes, states } of explain(image)) {
    expect(states[0].address).toBe(address)
    for (const state of states) {
      expect(state.code.map((step) => step.address)).toContain(state.address)
      for (const step of state.code) {
        expect(step.address).toBeGreaterThanOrEqual(address)
        expect(step.address).toBeLessThan(address + bytes)
      }
    }
  }
})

test('a suspended frame holds the resume address that the explanation tells', async () => {
  const program = await compileText(text)
  const addresses = explain(program.image).flatMap(({ states }) =>
    states.slice(1).map(({ address, line }) => [address, line]),
  )
  const machine = await Machine.create()
  await machine.load(program)
  await machine.run({ until: '1ms' })
  const frame = machine.coroutines().find(({ name }) => name === 'twice')!
  expect(addresses).toContainEqual([machine.peek(frame.frame, 1)[0], frame.line])
})

test('the library is explained when it is asked for', async () => {
  const { image } = await compileText(text)
  const names = explain(image, { library: true }).map(({ name }) => name)
  expect(names).toContain('exitAfter')
})

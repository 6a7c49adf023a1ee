/** A run is a function of image, configuration, seed and inputs. */
import { expect, test } from 'vitest'
import { runEcho } from './echo.ts'

const lossy = { delay: '50us', loss: 0.05 }

test('the same run twice has the same state hash', async () => {
  const first = await runEcho('udp-echo.ts', { seed: 3, link: lossy })
  const second = await runEcho('udp-echo.ts', { seed: 3, link: lossy })
  expect(second.hash).toBe(first.hash)
  expect(second.machine.cycles).toBe(first.machine.cycles)
  expect(second.clients.latencies).toEqual(first.clients.latencies)
})

test('another seed loses other frames and ends in another state', async () => {
  const hashes = [3, 4, 5].map(
    async (seed) => (await runEcho('udp-echo.ts', { seed, link: lossy })).hash,
  )
  expect(new Set(await Promise.all(hashes)).size).toBe(3)
})

test('a lossy link costs timeouts, and every request is answered all the same', async () => {
  const { clients } = await runEcho('udp-echo.ts', { seed: 3, link: { delay: '50us', loss: 0.2 } })
  expect(clients.counts.timeouts).toBeGreaterThan(0)
  expect(clients.latencies).toHaveLength(32)
})

test('tracing changes nothing', async () => {
  const traced = await runEcho('udp-echo.ts', { trace: true })
  expect(traced.machine.trace().records.length).toBeGreaterThan(1000)
  expect((await runEcho('udp-echo.ts')).hash).toBe(traced.hash)
})

test('running in pieces is running through', async () => {
  const through = await runEcho('udp-echo.ts')
  const pieces = await runEcho('udp-echo.ts', {}, 8, 4)
  for (let piece = 0; piece < 7; piece++) await pieces.machine.run({ for: '333ns' })
  await through.machine.run({ for: '2331ns' })
  expect(pieces.machine.stateHash()).toBe(through.machine.stateHash())
})

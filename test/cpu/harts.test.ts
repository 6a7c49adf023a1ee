/**
 * Several harts: devices, AMOs, lr and sc and fences in the order of cycles whatever the slice; litmus tests as tables of the outcomes
 * that were seen; wake-up by software interrupts; the same states however the host cuts the run.
 */
import { describe, expect, test } from 'vitest'
import { Board, finish } from './board.ts'

const slices = [1, 7, 100, 500, 10_000]

/** All harts enter with their number in a0; the code of hart n is at `hart<n>`. The last to finish ends the run. */
const onHarts = (bodies: string[], data: string) => `
  la s0, data
  ${bodies.map((_, n) => `li t0, ${n}\n  beq a0, t0, hart${n}`).join('\n  ')}
  ${bodies.map((body, n) => `hart${n}:\n${body}\n  j done`).join('\n')}
done:
  la t0, finished
  li t1, 1
  amoadd.w t2, t1, (t0)
  li t1, ${bodies.length - 1}
  bne t1, t2, sleep
  ${finish}
sleep: wfi
  j sleep
  .data
  .balign 64
finished: .word 0
  .balign 64
data: ${data}
`

async function ended(source: string, harts: number, slice: number): Promise<Board> {
  const board = await Board.with(source, { harts, slice })
  expect(board.run()).toBe('Exit')
  return board
}

const wait = (loops: number) => `li t0, ${loops + 1}\n 9: addi t0, t0, -1\n bnez t0, 9b`

/** The outcomes of two harts whose starts are shifted against each other, per slice; s2 and s3 of the harts are the outcome. */
async function outcomes(first: string, second: string, registers: [hart: number, x: number][]) {
  const seen = new Set<string>()
  for (const slice of slices) {
    for (const [a, b] of [
      [0, 0],
      [0, 1],
      [1, 0],
      [0, 3],
      [3, 0],
      [40, 0],
      [0, 40],
    ]) {
      const bodies = [`${wait(a)}\n${first}`, `${wait(b)}\n${second}`]
      const source = onHarts(bodies, '.word 0\n .zero 60\n .word 0')
      const board = await ended(source, 2, slice)
      seen.add(registers.map(([hart, x]) => board.x(x, hart)).join(' '))
    }
  }
  return [...seen].sort()
}

describe('litmus tests', () => {
  const storeBuffering = (fence: string): [string, string] => [
    `li t1, 1\n sw t1, 0(s0)\n ${fence}\n lw s2, 64(s0)`,
    `li t1, 1\n sw t1, 64(s0)\n ${fence}\n lw s2, 0(s0)`,
  ]
  const both: [number, number][] = [
    [0, 18],
    [1, 18],
  ]

  // RVWMO also allows "0 0" without fences; this machine's loads and stores happen in program order.
  test.each(['', 'fence'])('store buffering %s', async (fence) => {
    const [first, second] = storeBuffering(fence)
    const seen = await outcomes(first, second, both)
    expect(seen).toEqual(['0 1', '1 0', '1 1'].filter((outcome) => seen.includes(outcome)))
    expect(seen).toContain('0 1')
    expect(seen).toContain('1 0')
  })

  test.each(['', 'fence'])(
    'message passing %s: a set flag means that the data is there',
    async (fence) => {
      const first = `li t1, 1\n sw t1, 0(s0)\n ${fence}\n sw t1, 64(s0)`
      const second = `lw s2, 64(s0)\n ${fence}\n lw s3, 0(s0)`
      const seen = await outcomes(first, second, [
        [1, 18],
        [1, 19],
      ])
      expect(seen).not.toContain('1 0')
      expect(seen).toContain('0 0')
      expect(seen).toContain('1 1')
    },
  )

  test('load buffering: nobody reads what is stored later', async () => {
    const first = `lw s2, 0(s0)\n li t1, 1\n sw t1, 64(s0)`
    const second = `lw s2, 64(s0)\n li t1, 1\n sw t1, 0(s0)`
    expect(await outcomes(first, second, both)).not.toContain('1 1')
  })
})

describe.each(slices)('slice %i', (slice) => {
  test('AMOs lose no count', async () => {
    const body = `li t3, 200\n li t1, 1\n 1: amoadd.w x0, t1, (s0)\n addi t3, t3, -1\n bnez t3, 1b`
    const board = await ended(onHarts(Array(8).fill(body) as string[], '.word 0'), 8, slice)
    expect(board.word('data')).toBe(1600)
  })

  test('lr and sc lose no count, and every hart gets its turn', async () => {
    const body = `li t3, 50\n 1: lr.w t1, (s0)\n addi t1, t1, 1\n sc.w t2, t1, (s0)\n bnez t2, 1b\n addi t3, t3, -1\n bnez t3, 1b`
    const board = await ended(onHarts(Array(4).fill(body) as string[], '.word 0'), 4, slice)
    expect(board.word('data')).toBe(200)
  })

  test('devices are written in the order of cycles', async () => {
    const body = (n: number) => `
      li a1, 0x10000000
      addi a3, s0, ${20 * n}
      li a2, ${0x61 + n}
      li t3, 5
    1: ${wait(10 + 7 * n)}
      csrr t4, mcycle
      sb a2, 0(a1)
      sw t4, 0(a3)
      addi a3, a3, 4
      addi t3, t3, -1
      bnez t3, 1b`
    const board = await ended(onHarts([0, 1, 2].map(body), '.zero 60'), 3, slice)
    const writes = board.words('data', 15).map((cycle, n) => ({ cycle, hart: Math.floor(n / 5) }))
    writes.sort((a, b) => a.cycle - b.cycle || a.hart - b.hart)
    const order = writes.map(({ hart }) => 'abc'[hart]).join('')
    expect(Buffer.from(board.console()).toString()).toBe(order)
  })
})

test('a store of another hart takes a reservation away', async () => {
  const first = `lr.w t1, (s0)\n ${wait(100)}\n li t1, 5\n sc.w s2, t1, (s0)`
  const store = `${wait(50)}\n li t1, 7\n`
  for (const slice of slices.filter((cycles) => cycles < 300)) {
    const hit = await ended(onHarts([first, `${store} sw t1, 0(s0)`], '.word 0, 0'), 2, slice)
    expect([slice, hit.x(18, 0), hit.word('data')]).toEqual([slice, 1, 7])
    const beside = await ended(onHarts([first, `${store} sw t1, 4(s0)`], '.word 0, 0'), 2, slice)
    expect([slice, beside.x(18, 0), beside.word('data')]).toEqual([slice, 0, 5])
  }
})

test('a software interrupt wakes another hart', async () => {
  const source = onHarts(
    [
      `${wait(300)}\n li t0, 0x2000004\n li t1, 1\n csrr s2, mcycle\n sw t1, 0(t0)`,
      `li t0, 8\n csrw mie, t0\n wfi\n csrr s2, mcycle\n li t0, 0x2000004\n sw x0, 0(t0)`,
    ],
    '.word 0',
  )
  for (const slice of slices) {
    const board = await ended(source, 2, slice)
    // The store begins one cycle behind the reading of mcycle; the woken hart goes on two cycles later.
    expect([slice, board.x(18, 1)]).toEqual([slice, board.x(18, 0) + 1 + 2])
  }
})

test('one hart of several takes exactly the cycles it takes alone', async () => {
  const body = `li t3, 300\n 1: mul t1, t3, t3\n sw t1, 0(s0)\n addi t3, t3, -1\n bnez t3, 1b\n csrr s2, mcycle`
  const alone = await ended(onHarts([body], '.word 0'), 1, 0)
  const crowd = await ended(
    onHarts([body, body.replace('0(s0)', '64(s0)')], '.word 0\n .zero 64'),
    2,
    100,
  )
  // The way to the body differs by the comparisons in front of it.
  const more = crowd.x(18, 0) - alone.x(18, 0)
  expect(more).toBe(0)
})

test('states do not depend on how the host cuts the run', async () => {
  const body = `li t3, 100\n li t1, 1\n 1: amoadd.w x0, t1, (s0)\n lw t4, 4(s0)\n addi t4, t4, 3\n sw t4, 4(s0)\n addi t3, t3, -1\n bnez t3, 1b`
  const source = onHarts([body, body, body], '.word 0, 0')
  for (const slice of slices) {
    const straight = await ended(source, 3, slice)
    const pieces = await Board.with(source, { harts: 3, slice })
    let stop = 'Limit'
    for (let until = 5; stop === 'Limit'; until += 11) stop = pieces.run(until)
    expect([stop, pieces.hash]).toEqual(['Exit', straight.hash])
  }
})

test('looking at harts does not disturb them', async () => {
  const body = `li t3, 200\n li t1, 1\n 1: amoadd.w x0, t1, (s0)\n addi t3, t3, -1\n bnez t3, 1b`
  const source = onHarts([body, body], '.word 0')
  const straight = await ended(source, 2, 50)
  const watched = await Board.with(source, { harts: 2, slice: 50 })
  let stop = 'Limit'
  for (let until = 100; stop === 'Limit'; until += 100) {
    stop = watched.run(until)
    const cycles = [0, 1].map((hart) => watched.csr('mcycle', hart))
    expect(cycles).toEqual([0, 1].map((hart) => Number(watched.core.hartTime(hart))))
    expect(watched.csr('mhartid', 1)).toBe(1)
    expect(watched.hash).toBe(watched.hash)
  }
  expect(watched.hash).toBe(straight.hash)
})

test('a hart that nobody starts waits', async () => {
  const board = await Board.with(finish, { harts: 1 })
  const { core } = board
  expect(core.create(2, 1 << 20, 10_000_000n, 1n, 0, 0)).toBe(0)
  expect([core.hartState(0), core.hartState(1)]).toEqual([0, 3])
})

test('a hart that is stopped does nothing until it is started again, at the present', async () => {
  const counting = `
    la s0, counters
    slli t0, a0, 2
    add s0, s0, t0
  count:
    addi s1, s1, 1
    sw s1, 0(s0)
    j count
  again:
    li s1, 1000000
    j count
    .data
    .balign 4
  counters: .word 0, 0`
  const board = await Board.with(counting, { harts: 2, profile: 'unit' })
  const counters = () => board.words(board.symbols.get('counters')!, 2)
  board.run(3000)
  board.core.stopHart(1)
  const [, stopped] = counters()
  board.run(6000)
  expect(board.core.hartState(1)).toBe(3)
  expect(counters()[1]).toBe(stopped)
  expect(counters()[0]).toBeGreaterThan(1500)

  board.core.startHart(1, board.symbols.get('again')!, 0n)
  expect(board.core.hartTime(1)).toBeGreaterThanOrEqual(5000n)
  board.run(9000)
  expect(counters()[1]).toBeGreaterThan(1_000_500)
  expect(counters()[1]).toBeLessThan(1_002_000)
})

test('with every hart stopped the machine is idle for ever', async () => {
  const board = await Board.with('loop: j loop')
  board.run(100)
  board.core.stopHart(0)
  expect(board.run(1000)).toBe('Idle')
  board.core.startHart(0, 0x8000_0000, 5000n)
  expect(board.core.hartTime(0)).toBe(5000n)
  expect(board.run(6000)).toBe('Limit')
})

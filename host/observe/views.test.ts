import { describe, expect, it } from 'vitest'
import {
  TASK,
  arrive,
  blockingEcho,
  echo,
  park,
  receive,
  records,
} from '../../test/observe/synthetic.ts'
import type { Row } from '../../test/observe/synthetic.ts'
import { anatomyOf, anatomyText, typicalRequest } from './anatomy.ts'
import { explain } from './explanations.ts'
import { lanesOf } from './lanes.ts'
import { joinOperations } from './operations.ts'
import { percentiles } from './percentiles.ts'
import { grouped, textTable } from './table.ts'
import { serviceCycles, totalsOf } from './totals.ts'
import { traceEvents } from '../../assembly/tables/trace.table.ts'

const run = records([...echo(100, 1), ...echo(2000, 2), ...receive(4000, 6), ...park(4200)])
const joined = joinOperations(run)
const [request] = joined.requests

describe('anatomyOf', () => {
  it('gives a row per record with the cycles between', () => {
    const rows = anatomyOf(request)
    expect(rows[0]).toMatchObject({ layer: 'interrupt', event: 'trap.enter', cycle: 100, since: 0 })
    const arrival = rows.find(({ event }) => event === 'wire.receive')
    expect(arrival).toMatchObject({ layer: 'wire', cycle: 1100, since: 900, operations: [2] })
    expect(rows.reduce((sum, { since }) => sum + since, 0)).toBe(rows.at(-1)!.cycle - 100)
  })

  it('has every layer from the task to the wire', () => {
    const layers = new Set(anatomyOf(request).map(({ layer }) => layer))
    for (const layer of ['task', 'syscall', 'io', 'driver', 'nic', 'wire', 'interrupt', 'dpc']) {
      expect(layers).toContain(layer)
    }
    expect(layers).toContain('port')
    expect(layers).toContain('thread')
  })

  it('takes a request of median service time that waited for its frame', () => {
    expect(typicalRequest(joined)?.id).toBe(2)
    expect(typicalRequest(joinOperations([]))).toBeUndefined()
  })

  it('renders as text', () => {
    const [heading, , first] = anatomyText(anatomyOf(request)).split('\n')
    expect(heading).toMatch(/^layer +event +cycle +\+cycles$/)
    expect(first).toMatch(/^interrupt +trap\.enter +100 +0 {2}The hart leaves its program/)
  })
})

describe('explain', () => {
  it('has a sentence for every event of the table and leaves no placeholder', () => {
    for (const { id, name } of traceEvents) {
      const record = { ...run[0], kind: id, name }
      expect(explain(record), name).toMatch(/^[^{}]+\.$/)
    }
  })

  it('names calls, statuses, sources and causes', () => {
    const [call] = records([[1, 'syscall.exit', 61, 0x103]])
    expect(explain(call)).toBe('NtDeviceIoControlFile returns STATUS_PENDING.')
    const [claim] = records([[1, 'interrupt.claim', 32]])
    expect(explain(claim)).toContain('32 (DPC queue)')
    const [trap] = records([[1, 'trap.enter', 0x8000_000b]])
    expect(explain(trap)).toContain('external interrupt')
  })
})

describe('lanesOf', () => {
  const spans = lanesOf(request)

  it('shows the suspended coroutine over the whole wait, and the short work under it', () => {
    const suspended = spans.find(({ state }) => state === 'suspended')
    expect(suspended).toMatchObject({ lane: 'coroutine', begin: 200, end: 1214 })
    const service = spans.find(({ title }) => title === 'service routine')
    expect(service).toMatchObject({ lane: 'interrupt', begin: 1135, end: 1145, operation: 2 })
  })

  it('shows the coroutine running from its resumption to its next suspension or the end', () => {
    const running = (rows: Row[]) =>
      lanesOf(joinOperations(records(rows)).requests[0])
        .filter(({ title }) => title === 'coroutine runs')
        .map(({ begin, end, operation }) => [begin, end, operation])
    expect(running(echo(100, 1))).toEqual([[1214, 1400, 2]])
    const ready: Row = [1300, 'await.ready', TASK, 9]
    expect(running([...receive(100, 2), ...arrive(1000, 2, 2), ready])).toEqual([[1114, 1300, 2]])
  })

  it('uses every lane', () => {
    expect([...new Set(spans.map(({ lane }) => lane))].sort()).toEqual(
      ['DPC', 'NIC', 'coroutine', 'driver', 'interrupt', 'port', 'thread', 'wire'].sort(),
    )
  })

  it('shows a blocked thread instead of a coroutine, and no port', () => {
    const [blocking] = joinOperations(records(blockingEcho(100, 4, 1))).requests
    const found = lanesOf(blocking)
    expect(found.some(({ lane }) => lane === 'port' || lane === 'coroutine')).toBe(false)
    expect(found).toContainEqual(
      expect.objectContaining({ lane: 'thread', title: 'thread blocked', begin: 170, end: 1190 }),
    )
  })
})

describe('totalsOf', () => {
  it('counts what the run did', () => {
    expect(totalsOf(run, joined)).toEqual({
      requests: 2,
      interrupts: 12,
      dpcs: 4,
      packets: 4,
      contextSwitches: 9,
      suspensions: 5,
    })
  })

  it('measures from wire to wire', () => {
    expect(serviceCycles(request)).toBe(350)
    expect(serviceCycles(joined.requests[2])).toBeNull()
  })
})

describe('percentiles', () => {
  it('takes nearest ranks', () => {
    const values = Array.from({ length: 1000 }, (_, index) => 1000 - index)
    expect(percentiles(values)).toEqual({
      count: 1000,
      minimum: 1,
      mean: 500.5,
      p50: 500,
      p90: 900,
      p99: 990,
      p999: 999,
      maximum: 1000,
    })
    expect(percentiles([7])).toMatchObject({ p50: 7, p999: 7 })
    expect(percentiles([])).toBeNull()
  })
})

describe('textTable', () => {
  it('aligns text left and numbers right, grouped', () => {
    expect(
      textTable([
        { name: 'a', value: 1234567 },
        { name: 'long', value: 5 },
      ]),
    ).toBe(['name      value', '────  ─────────', 'a     1,234,567', 'long          5'].join('\n'))
    expect(textTable([])).toBe('')
    expect(grouped(-1234.5678)).toBe('-1,234.5678')
  })
})

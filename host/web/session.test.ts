import { readFileSync } from 'node:fs'
import { beforeAll, describe, expect, it } from 'vitest'
import { defaultConfiguration } from './protocol.ts'
import type {
  MachineState,
  RequestDetail,
  RunConfiguration,
  RunListener,
  RunSummary,
} from './protocol.ts'
import { Session } from './session.ts'

const source = (name: string) =>
  readFileSync(new URL(`../../assembly/guest/programs/${name}.ts`, import.meta.url), 'utf8')

const small: RunConfiguration = { ...defaultConfiguration, clients: 4, requests: 3 }

function silent(texts: string[] = []): RunListener {
  return { phase: () => undefined, progress: () => undefined, console: (text) => texts.push(text) }
}

async function finish(
  session: Session,
  name: string,
  configuration: RunConfiguration,
  listener = silent(),
): Promise<RunSummary> {
  const outcome = await session.run(source(name), `${name}.ts`, configuration, listener)
  if (outcome.kind !== 'finished') throw new Error(JSON.stringify(outcome))
  return outcome.summary
}

/** How many coroutines wait for datagrams. */
function waiting({ coroutines }: MachineState): number {
  return coroutines.filter(({ name }) => name === 'serve').length
}

describe('a run of the async echo', () => {
  const session = new Session()
  const printed: string[] = []
  let summary: RunSummary
  let typical: RequestDetail

  beforeAll(async () => {
    summary = await finish(session, 'udp-echo', small, silent(printed))
    typical = (await session.request(summary.typical!))!
  })

  it('answers every request and says so', () => {
    expect(summary).toMatchObject({ stopReason: 'answered', exitCode: null })
    expect(summary.totals).toMatchObject({ requests: 12, packets: 12 })
    expect(summary.latency?.count).toBe(12)
    expect(printed.join('')).toContain('listening on port 7')
  })

  it('follows a request through every layer, on its own operations', () => {
    const layers = new Set(typical.rows.map(({ layer }) => layer))
    for (const layer of ['task', 'syscall', 'io', 'driver', 'nic', 'wire', 'interrupt', 'dpc']) {
      expect(layers, layer).toContain(layer)
    }
    expect(layers).toContain('port')
    expect(layers).toContain('thread')
    expect(typical.rows.every(({ operations }) => operations.length > 0)).toBe(true)
  })

  it('names the coroutine and the line of its await', () => {
    const lines = source('udp-echo').split('\n')
    expect(typical.coroutine).toBe('serve')
    expect(lines[typical.line - 1]).toContain('await socket.receiveFrom(')
  })

  it('gives every answered request one road from await to wire and back', async () => {
    expect(summary.requests).toHaveLength(12)
    for (const { id } of summary.requests) {
      const events = (await session.request(id))!.rows.map(({ event }) => event)
      for (const event of ['await.suspend', 'wire.receive', 'irp.complete', 'wire.transmit']) {
        expect(events, `request ${id}`).toContain(event)
      }
    }
  })

  it('notes what each await did', () => {
    const line =
      source('udp-echo')
        .split('\n')
        .findIndex((text) => text.includes('receiveFrom(')) + 1
    const note = summary.awaits.find((candidate) => candidate.line === line)
    // 64 coroutines wait at first; each answer lets one of them wait again.
    expect(note?.suspensions).toBe(64 + 12)
  })

  it('comes out the same again, and not with another seed on a link that loses frames', async () => {
    const again = await finish(new Session(), 'udp-echo', small)
    expect(again.stateHash).toBe(summary.stateHash)
    const lossy = { ...small, loss: '20%' }
    const first = await finish(new Session(), 'udp-echo', lossy)
    const second = await finish(new Session(), 'udp-echo', { ...lossy, seed: 2 })
    expect(second.stateHash).not.toBe(first.stateHash)
  })

  it('shows the machine at any cycle of the run, and at its end again', async () => {
    const resumed = typical.rows.find(({ event }) => event === 'await.resume')!
    const end = (await session.machine())!
    const [there, again] = await Promise.all([session.machine(resumed.cycle), session.machine()])
    expect(there!.cycle).toBe(resumed.cycle)
    expect(there!.harts).toEqual([{ hart: 0, irql: 0, thread: 1, place: expect.any(String) }])
    expect(end.harts[0].thread).toBeUndefined()
    expect(waiting(end)).toBe(64)
    expect(waiting(there!)).toBeLessThan(64)
    expect(again).toEqual(end)
    expect((await session.machine(0))!.coroutines).toEqual([])
  })

  it('offers trace and capture', async () => {
    expect((await session.perfetto())?.length).toBeGreaterThan(10_000)
    expect((await session.capture())?.slice(0, 4)).toEqual(Uint8Array.of(0x0a, 0x0d, 0x0d, 0x0a))
  })
})

describe('other runs', () => {
  it('show no completion port in the blocking echo', async () => {
    const session = new Session()
    const summary = await finish(session, 'udp-echo-blocking', small)
    expect(summary.totals).toMatchObject({ requests: 12, packets: 0, suspensions: 0 })
    const { rows, spans } = (await session.request(summary.typical!))!
    expect(rows.filter(({ layer }) => layer === 'port')).toEqual([])
    expect(spans.map(({ title }) => title)).toContain('thread blocked')
  })

  it('ask the name server names', async () => {
    const summary = await finish(new Session(), 'dns', { ...small, port: 53 })
    expect(summary.totals.requests).toBe(12)
    expect(summary.stopReason).toBe('answered')
  })

  it.each([
    ['disk-and-net', 'answered', 69],
    ['sync-io-path', 'exit', 0],
  ])('read files: %s', async (name, stopReason, port) => {
    const clients = port === 0 ? 0 : 4
    const configuration = { ...small, clients, requests: 1, port, disk: true }
    const texts: string[] = []
    const summary = await finish(new Session(), name, configuration, silent(texts))
    expect(summary.stopReason).toBe(stopReason)
    expect(texts.join('')).not.toMatch(/no file|no disk/i)
  })

  it('follow a timer when there is no network', async () => {
    const session = new Session()
    const summary = await finish(session, 'hello', { ...small, clients: 0 })
    expect(summary).toMatchObject({ stopReason: 'exit', exitCode: 0, latency: null })
    const events = (await session.request(summary.typical!))!.rows.map(({ event }) => event)
    expect(events).toEqual(expect.arrayContaining(['await.suspend', 'timer.fire', 'await.resume']))
  })

  it.each(['get-numbers', 'await-fast-path', 'race', 'async-mutex'])(
    'end well: %s',
    async (name) => {
      const session = new Session()
      const summary = await finish(session, name, { ...small, clients: 0 })
      expect(summary).toMatchObject({ stopReason: 'exit', exitCode: 0 })
      expect((await session.request(summary.typical!))!.spans.length).toBeGreaterThan(3)
    },
  )

  it('end with problems at their place when the program is wrong', async () => {
    const text = 'export async function main(): Promise<void> {\n  const x: i32 = "a";\n}\n'
    const outcome = await new Session().run(text, 'wrong.ts', small, silent())
    expect(outcome).toMatchObject({
      kind: 'rejected',
      problems: [{ severity: 'error', file: 'wrong.ts', line: 2 }],
    })
  })

  it('end at the faulting line when the program faults', async () => {
    const text =
      'export async function main(): Promise<void> {\n  store<u32>(0, load<u32>(0));\n}\n'
    const texts: string[] = []
    const outcome = await new Session().run(text, 'bad.ts', small, silent(texts))
    expect(outcome).toMatchObject({
      kind: 'finished',
      summary: { stopReason: 'fault', exitCode: null },
      problems: [
        {
          severity: 'error',
          message: expect.stringContaining('the program faulted'),
          file: 'bad.ts',
          line: 2,
        },
      ],
    })
    expect(texts.join('')).toContain('fault:')
  })

  it('stop when asked', async () => {
    const session = new Session()
    const listener = { ...silent(), phase: () => void session.stop() }
    const outcome = await session.run(source('hello'), 'hello.ts', small, listener)
    expect(outcome).toEqual({ kind: 'stopped' })
    expect(await session.request(1)).toBeNull()
  })

  it('fail with the reason when the configuration cannot be used', async () => {
    const outcome = await new Session().run(
      source('hello'),
      'hello.ts',
      { ...small, delay: 'soon' },
      silent(),
    )
    expect(outcome).toMatchObject({ kind: 'failed', message: expect.stringContaining('soon') })
  })
})

describe('a prepared session', () => {
  it('runs what it would run, even while it is being prepared', async () => {
    const session = new Session()
    const prepared = session.prepare()
    const summary = await finish(session, 'hello', small)
    expect(summary.exitCode).toBe(0)
    await expect(prepared).resolves.toBeUndefined()
  })

  it('says what is missing, as a run does', async () => {
    const session = new Session({ guest: new URL('file:///nowhere/guest.json') })
    await expect(session.prepare()).rejects.toThrow('guest.json')
  })
})

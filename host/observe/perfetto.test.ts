import { describe, expect, it } from 'vitest'
import { messagesIn, numberIn, readMessage, textIn } from '../../test/observe/protobufReader.ts'
import { echo, records } from '../../test/observe/synthetic.ts'
import { joinOperations } from './operations.ts'
import { perfettoTrace } from './perfetto.ts'
import { ProtobufWriter } from './protobuf.ts'

const run = records([
  [1, 'task.start', 0x8050_0100, 0x8040_2000],
  ...echo(100, 1),
  ...echo(2000, 2),
])
const joined = joinOperations(run)
const file = perfettoTrace(run, joined, {
  clockHz: 500e6,
  functionName: (address) => (address === 0x8040_2000 ? 'main.descriptor' : undefined),
})
const packets = messagesIn(readMessage(file), 1)

const tracks = new Map(
  packets
    .flatMap((packet) => messagesIn(packet, 60))
    .map((track) => [numberIn(track, 1), { name: textIn(track, 2), parent: numberIn(track, 5) }]),
)

const events = packets.flatMap((packet) =>
  messagesIn(packet, 11).map((event) => ({
    time: numberIn(packet, 8)!,
    type: numberIn(event, 9)!,
    track: tracks.get(numberIn(event, 11))?.name,
    name: textIn(event, 23),
    flows: (event.get(47) ?? []).map(Number),
  })),
)

describe('perfettoTrace', () => {
  it('names every track and puts it into its group', () => {
    const path = (name: string) => {
      const track = [...tracks.values()].find((candidate) => candidate.name === name)
      return tracks.get(track?.parent)?.name
    }
    expect(path('NIC')).toBe('nothread')
    expect(path('1 (NIC)')).toBe('interrupt lines')
    expect(path('hart 0')).toBe('harts')
    expect(path('DPC queue of hart 0')).toBe('DPC queues')
    expect(path('port 0x1')).toBe('ports')
    expect(path('thread 0x80f01000')).toBe('threads')
    expect(path('main 0x80500100')).toBe('tasks')
  })

  it('nests the slices of each track and closes them all', () => {
    const depths = new Map<string | undefined, number>()
    for (const { track, type } of events) {
      const depth = (depths.get(track) ?? 0) + (type === 1 ? 1 : type === 2 ? -1 : 0)
      expect(depth, String(track)).toBeGreaterThanOrEqual(0)
      depths.set(track, depth)
    }
    expect([...depths.values()].every((depth) => depth === 0)).toBe(true)
  })

  it('turns cycles into nanoseconds', () => {
    const arrival = events.find(({ name }) => name === 'wire.receive')
    expect(arrival).toMatchObject({ time: 2200, type: 3 })
  })

  it('joins an operation from wire to task by one flow', () => {
    const onFlow = new Set(
      events.filter(({ flows }) => flows.includes(2)).map(({ track }) => track),
    )
    expect(onFlow).toEqual(
      new Set([
        'NIC',
        '1 (NIC)',
        '32 (DPC queue)',
        '40 (completion ports)',
        'hart 0',
        'DPC queue of hart 0',
        'port 0x1',
        'thread 0x80f01000',
        'main 0x80500100',
      ]),
    )
  })

  it('shows the task suspended at its line between running', () => {
    const states = events
      .filter(({ track, type }) => track === 'main 0x80500100' && type === 1)
      .map(({ name }) => name)
    expect(states.slice(0, 4)).toEqual([
      'running',
      'suspended at line 8',
      'running',
      'suspended at line 9',
    ])
  })

  it('writes an empty trace without records', () => {
    const empty = perfettoTrace([], joinOperations([]), { clockHz: 1e9 })
    expect(messagesIn(readMessage(empty), 1).flatMap((packet) => messagesIn(packet, 11))).toEqual(
      [],
    )
  })
})

describe('ProtobufWriter', () => {
  it('writes the varint example of the encoding guide', () => {
    expect([...new ProtobufWriter().uint(1, 150).finish()]).toEqual([0x08, 0x96, 0x01])
  })

  it('writes numbers above 32 bits, strings and fixed words', () => {
    const bytes = new ProtobufWriter()
      .uint(1, 2 ** 53 - 1)
      .string(2, 'testing')
      .fixed64(47, 2 ** 40)
      .finish()
    const fields = readMessage(bytes)
    expect(numberIn(fields, 1)).toBe(2 ** 53 - 1)
    expect(textIn(fields, 2)).toBe('testing')
    expect(numberIn(fields, 47)).toBe(2 ** 40)
  })
})

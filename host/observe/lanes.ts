import type { TraceRecord } from './decode.ts'
import { explain } from './explanations.ts'
import type { Operation, Request } from './operations.ts'

/**
 * One request as spans on the lanes of the machine. The rules below say between which two events a lane is busy for an operation,
 * and whether something runs then or only waits.
 */

export type Lane = 'wire' | 'NIC' | 'interrupt' | 'DPC' | 'driver' | 'port' | 'thread' | 'coroutine'

/** Top to bottom: outside first, the program last. */
export const lanes: readonly Lane[] = [
  'wire',
  'NIC',
  'interrupt',
  'DPC',
  'driver',
  'port',
  'thread',
  'coroutine',
]

/** `running`: instructions or DMA at work. `waiting`: queued or pending. `suspended`: a saved frame and nothing else. */
export type SpanState = 'running' | 'waiting' | 'suspended'

export interface Span {
  lane: Lane
  /** Cycles; equal for a mark. */
  begin: number
  end: number
  state: SpanState
  title: string
  explanation: string
  operation: number
}

interface Rule {
  lane: Lane
  from: readonly string[]
  to: readonly string[]
  state: SpanState
  title: string
}

const rules: readonly Rule[] = [
  {
    lane: 'NIC',
    from: ['wire.receive'],
    to: ['nic.receive'],
    state: 'running',
    title: 'receive DMA',
  },
  {
    lane: 'NIC',
    from: ['nic.notify'],
    to: ['nic.transmit'],
    state: 'running',
    title: 'transmit DMA',
  },
  {
    lane: 'NIC',
    from: ['nic.transmit'],
    to: ['wire.transmit'],
    state: 'running',
    title: 'transmit',
  },
  {
    lane: 'interrupt',
    from: ['interrupt.raise'],
    to: ['interrupt.claim'],
    state: 'waiting',
    title: 'line high',
  },
  {
    lane: 'interrupt',
    from: ['isr.enter'],
    to: ['isr.exit'],
    state: 'running',
    title: 'service routine',
  },
  {
    lane: 'DPC',
    from: ['dpc.insert'],
    to: ['dpc.pop', 'dpc.enter'],
    state: 'waiting',
    title: 'queued',
  },
  { lane: 'DPC', from: ['dpc.enter'], to: ['dpc.exit'], state: 'running', title: 'DPC' },
  {
    lane: 'driver',
    from: ['driver.receive'],
    to: ['irp.complete'],
    state: 'running',
    title: 'receive path',
  },
  {
    lane: 'driver',
    from: ['irp.buffer'],
    to: ['nic.notify'],
    state: 'running',
    title: 'send path',
  },
  {
    lane: 'driver',
    from: ['driver.sent'],
    to: ['irp.complete'],
    state: 'running',
    title: 'sent',
  },
  {
    lane: 'port',
    from: ['port.insert'],
    to: ['packet.dequeue'],
    state: 'waiting',
    title: 'packet in the port',
  },
  {
    lane: 'thread',
    from: ['syscall.enter'],
    to: ['syscall.exit', 'thread.wait'],
    state: 'running',
    title: 'system call',
  },
  {
    lane: 'thread',
    from: ['thread.wait'],
    to: ['thread.switch'],
    state: 'waiting',
    title: 'thread blocked',
  },
  {
    lane: 'thread',
    from: ['thread.ready'],
    to: ['thread.switch'],
    state: 'waiting',
    title: 'ready',
  },
  {
    lane: 'thread',
    from: ['thread.switch'],
    to: ['await.resume', 'syscall.exit'],
    state: 'running',
    title: 'thread',
  },
  {
    lane: 'coroutine',
    from: ['await.suspend'],
    to: ['await.resume'],
    state: 'suspended',
    title: 'suspended: no thread',
  },
]

const marks: Partial<Record<string, Lane>> = {
  'wire.receive': 'wire',
  'wire.transmit': 'wire',
  'nic.interrupt': 'NIC',
  'irp.wake': 'thread',
}

function ruleSpans(rule: Rule, operation: Operation): Span[] {
  const spans: Span[] = []
  let begin: TraceRecord | undefined
  for (const record of operation.records) {
    if (begin && rule.to.includes(record.name)) {
      spans.push({
        lane: rule.lane,
        begin: begin.cycle,
        end: record.cycle,
        state: rule.state,
        title: rule.title,
        explanation: explain(begin),
        operation: operation.id,
      })
      begin = undefined
    }
    if (rule.from.includes(record.name)) begin ??= record
  }
  return spans
}

function markSpans(operation: Operation): Span[] {
  return operation.records.flatMap((record) => {
    const lane = marks[record.name]
    if (!lane) return []
    const { cycle } = record
    return [
      {
        lane,
        begin: cycle,
        end: cycle,
        state: 'running' as const,
        title: record.name,
        explanation: explain(record),
        operation: operation.id,
      },
    ]
  })
}

/** The coroutine runs between being resumed by one operation and suspending at the next, or the end of the request. */
function runningCoroutine(request: Request): Span[] {
  const spans: Span[] = []
  let resumed: TraceRecord | undefined
  const close = (end: TraceRecord) => {
    if (!resumed || end === resumed) return
    const begin = resumed
    spans.push({
      lane: 'coroutine',
      begin: begin.cycle,
      end: end.cycle,
      state: 'running',
      title: 'coroutine runs',
      explanation: explain(begin),
      operation: request.operations.find((operation) => operation.has(begin))?.id ?? request.id,
    })
    resumed = undefined
  }
  for (const record of request.records) {
    if (record.name === 'await.resume') resumed ??= record
    if (record.name === 'await.suspend') close(record)
  }
  const last = request.records.at(-1)
  if (last) close(last)
  return spans
}

/** Spans of a request in order of their begin; a mark has no length. */
export function lanesOf(request: Request): Span[] {
  const spans = request.operations.flatMap((operation) => [
    ...rules.flatMap((rule) => ruleSpans(rule, operation)),
    ...markSpans(operation),
  ])
  return [...spans, ...runningCoroutine(request)].sort(
    (left, right) => left.begin - right.begin || left.end - right.end,
  )
}

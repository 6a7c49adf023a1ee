import type { TraceRecord } from '../decode.ts'
import type { Context, Handlers } from './context.ts'
import { Episode } from './episode.ts'

/**
 * Follows traps, interrupts, service routines and DPCs. An interrupt's episode runs from the source going high to the completion
 * of its claim; a DPC's episode names the interrupt that queued it and the DISPATCH interrupt that ran it as its causes, so that
 * whoever joins the DPC (a frame, a sent buffer) gets the whole road from the device.
 */

/** PLIC sources of the board (`docs/design.md` §2). */
const FIRST_VIRTIO_SOURCE = 1
const LAST_VIRTIO_SOURCE = 8
const FIRST_DISPATCH_SOURCE = 32
const FIRST_PORT_SOURCE = 40
const LAST_PORT_SOURCE = 47

const INTERRUPT_CAUSE = 0x8000_0000
const TIMER_CAUSE = INTERRUPT_CAUSE + 7

const isVirtio = (source: number) => source >= FIRST_VIRTIO_SOURCE && source <= LAST_VIRTIO_SOURCE
const isDispatch = (source: number) => source >= FIRST_DISPATCH_SOURCE && source <= LAST_PORT_SOURCE
const isPortSource = (source: number) => source >= FIRST_PORT_SOURCE && source <= LAST_PORT_SOURCE

const isTimerTrap = (trap: Episode) =>
  trap.records.some(({ name, a }) => name === 'trap.enter' && a === TIMER_CAUSE)

export class InterruptTracker {
  private readonly context: Context
  /** Open traps of a thread, innermost last: a thread that blocks in a trap returns from it much later. */
  private readonly traps = new Map<string, Episode[]>()
  private readonly gaveWay = new WeakSet<Episode>()
  private readonly raised = new Map<number, Episode>()
  private readonly claimed = new Map<number, Episode>()
  private readonly services = new Map<number, Episode[]>()
  private readonly insertions = new Map<number, Episode>()
  private readonly dispatches = new Map<number, { episode: Episode; cycle: number }>()
  /** The last tick of each hart's timer, until its trap. */
  private readonly timers = new Map<number, Episode>()
  private readonly wakes = new Map<number, TraceRecord>()
  private lastInsertion?: Episode
  private nicInterrupt?: Episode
  /** Told when a completion-port line goes high. */
  onPortRaise: (interrupt: Episode) => void = () => undefined

  constructor(context: Context) {
    this.context = context
  }

  /** The trap in which the record's hart is, for a system call that begins. */
  trapOf(record: TraceRecord): Episode | undefined {
    return this.trapStack(record).at(-1)
  }

  /** The DISPATCH interrupt that the record's hart is serving, if it is. */
  dispatchOf(record: TraceRecord): Episode | undefined {
    return this.dispatches.get(record.hart)?.episode
  }

  readonly handlers: Handlers = {
    'nic.interrupt': (record) => this.deviceInterrupt(record),
    'interrupt.raise': (record) => this.raise(record),
    'interrupt.lower': (record) => this.line(record),
    'interrupt.claim': (record) => this.claim(record),
    'interrupt.complete': (record) => this.complete(record),
    'timer.fire': (record) => void this.timers.set(record.a, new Episode(record)),
    'trap.enter': (record) => this.enterTrap(record),
    'trap.return': (record) => this.leaveTrap(record),
    'thread.switch': (record) => this.giveWay(record),
    'isr.enter': (record) => this.enterService(record),
    'isr.exit': (record) => this.serviceStack(record).pop()?.add(record),
    'dpc.insert': (record) => this.insert(record),
    'dpc.request': (record) => this.lastInsertion?.add(record),
    'dpc.pop': (record) => this.pop(record),
    'dpc.enter': (record) => this.enterDpc(record),
    'dpc.exit': (record) => this.exitDpc(record),
    'hart.wake': (record) => void this.wakes.set(record.hart, record),
    'hart.sleep': (record) => void this.wakes.delete(record.hart),
  }

  private trapStack(record: TraceRecord): Episode[] {
    const key = `${record.hart}:${this.context.thread(record)}`
    const stack = this.traps.get(key) ?? []
    this.traps.set(key, stack)
    return stack
  }

  private serviceStack(record: TraceRecord): Episode[] {
    const stack = this.services.get(record.hart) ?? []
    this.services.set(record.hart, stack)
    return stack
  }

  /** The first system call tells who has been running; the trap it came by is that thread's. */
  identifyThread(record: TraceRecord, thread: number): void {
    const hart = this.context.hart(record.hart)
    if (hart.thread === 0) this.traps.set(`${record.hart}:${thread}`, this.trapStack(record))
    hart.thread = thread
  }

  private deviceInterrupt(record: TraceRecord): void {
    const justRaised = [...this.raised].find(
      ([source, episode]) => isVirtio(source) && episode.records[0].cycle === record.cycle,
    )
    if (justRaised) justRaised[1].add(record)
    else this.nicInterrupt = new Episode(record)
  }

  private raise(record: TraceRecord): void {
    const episode = new Episode(record)
    if (isVirtio(record.a)) {
      episode.addCause(this.nicInterrupt)
      this.nicInterrupt = undefined
    }
    const trap = this.trapOf(record)
    if (isDispatch(record.a) && trap && isTimerTrap(trap)) episode.addCause(trap)
    this.raised.set(record.a, episode)
    if (isPortSource(record.a)) this.onPortRaise(episode)
  }

  /** The completion-port line that is high and not claimed yet, if there is one. */
  raisedPortLine(): Episode | undefined {
    return [...this.raised].find(([source]) => isPortSource(source))?.[1]
  }

  private line(record: TraceRecord): void {
    const raised = this.raised.get(record.a)
    if (raised) raised.add(record)
    else this.claimed.get(record.a)?.add(record)
  }

  private enterTrap(record: TraceRecord): void {
    const trap = new Episode()
    const wake = this.wakes.get(record.hart)
    if (wake && record.a >= INTERRUPT_CAUSE) trap.add(wake)
    this.wakes.delete(record.hart)
    trap.add(record)
    if (record.a === TIMER_CAUSE) {
      trap.addCause(this.timers.get(record.hart))
      this.timers.delete(record.hart)
    }
    this.trapStack(record).push(trap)
  }

  private leaveTrap(record: TraceRecord): void {
    const trap = this.trapStack(record).pop()
    if (trap && !this.gaveWay.has(trap)) trap.add(record)
  }

  /** An interrupted thread that gives way returns from the interrupt when it runs again: that is its own affair. */
  private giveWay(record: TraceRecord): void {
    for (const trap of this.traps.get(`${record.hart}:${record.a}`) ?? []) {
      if (trap.records.some(({ name, a }) => name === 'trap.enter' && a >= INTERRUPT_CAUSE)) {
        this.gaveWay.add(trap)
      }
    }
  }

  private claim(record: TraceRecord): void {
    if (record.a === 0) return
    const interrupt = this.raised.get(record.a) ?? new Episode()
    this.raised.delete(record.a)
    interrupt.addCause(this.trapOf(record))
    interrupt.add(record)
    this.claimed.set(record.a, interrupt)
    if (isDispatch(record.a)) {
      this.dispatches.set(record.hart, { episode: interrupt, cycle: record.cycle })
    }
  }

  private complete(record: TraceRecord): void {
    this.claimed.get(record.a)?.add(record)
    if (isDispatch(record.a)) this.dispatches.delete(record.hart)
  }

  private enterService(record: TraceRecord): void {
    const interrupt = this.claimed.get(record.a) ?? new Episode()
    interrupt.add(record)
    this.serviceStack(record).push(interrupt)
  }

  /** A DPC that is queued already gains a further cause; its run serves both. */
  private insert(record: TraceRecord): void {
    const queued = this.insertions.get(record.a)
    const insertion = queued ?? new Episode()
    insertion.add(record)
    insertion.addCause(this.serviceStack(record).at(-1))
    this.insertions.set(record.a, insertion)
    this.lastInsertion = insertion
  }

  private pop(record: TraceRecord): void {
    const run = new Episode(record)
    const insertion = this.insertions.get(record.a)
    run.addCause(insertion)
    this.insertions.delete(record.a)
    const dispatch = this.dispatches.get(record.hart)
    const inserted = insertion?.records[0].cycle ?? record.cycle
    if (dispatch && dispatch.cycle >= inserted) run.addCause(dispatch.episode)
    this.context.hart(record.hart).dpc = run
  }

  private enterDpc(record: TraceRecord): void {
    const hart = this.context.hart(record.hart)
    if (hart.dpc) hart.dpc.add(record)
    else hart.dpc = new Episode(record)
  }

  private exitDpc(record: TraceRecord): void {
    const hart = this.context.hart(record.hart)
    hart.dpc?.add(record)
    hart.dpc = undefined
  }
}

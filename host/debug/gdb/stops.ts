/** Stop reply packets: GDB manual, "Stop Reply Packets". */
import type { StopEvent, StopReason } from './target.ts'

/** UNIX signal numbers, by which the protocol tells why a program stopped. */
const signals = { interrupt: 2, illegal: 4, trap: 5, bus: 7, segment: 11 }

/** Signal for the mcause of a trap that nobody handled. */
const faultSignals: Record<number, number> = {
  0: signals.bus,
  1: signals.segment,
  2: signals.illegal,
  3: signals.trap,
  4: signals.bus,
  5: signals.segment,
  6: signals.bus,
  7: signals.segment,
}

function signalOf({ reason, code }: StopEvent): number {
  if (reason === 'interrupt' || reason === 'idle') return signals.interrupt
  if (reason === 'fault') return faultSignals[code ?? 0] ?? signals.trap
  return signals.trap
}

/** What the reply adds for reasons GDB wants to know more about. */
const details: Partial<Record<StopReason, (address: string) => string>> = {
  write: (address) => `watch:${address};`,
  read: (address) => `rwatch:${address};`,
  access: (address) => `awatch:${address};`,
  beginning: () => 'replaylog:begin;',
}

function byte(value: number): string {
  return (value & 0xff).toString(16).padStart(2, '0')
}

/** The packet that tells GDB about a stop. */
export function stopReply(event: StopEvent): string {
  if (event.reason === 'exit') return `W${byte(event.code ?? 0)}`
  const detail = details[event.reason]?.((event.address ?? 0).toString(16)) ?? ''
  return `T${byte(signalOf(event))}thread:${(event.hart + 1).toString(16)};${detail}`
}

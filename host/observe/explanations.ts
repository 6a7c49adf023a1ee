import { statusCodes, systemCalls } from '../../assembly/tables/syscalls.table.ts'
import type { TraceRecord } from './decode.ts'

/**
 * One sentence for each event, as a reader of the anatomy needs it: what happened and why it happens there. `{a}`, `{b}`, `{c}` are
 * the record's words in decimal, `{a:address}` in hexadecimal, `{a:call}` the name of a system call, `{b:status}` an NTSTATUS,
 * `{a:source}` a PLIC source, `{a:cause}` an mcause.
 */
const sentences: Record<string, string> = {
  'wire.receive': 'The last bit of frame {a} ({b} bytes) reaches the NIC.',
  'wire.transmit': 'Frame {a} ({b} bytes) leaves for the link.',
  'nic.notify': 'The driver rings the doorbell of queue {a}: one store to a device register.',
  'nic.receive': 'The NIC has copied the frame into the guest buffer at {b:address} by DMA.',
  'nic.transmit': 'The NIC has read the frame from the guest buffer at {b:address} by DMA.',
  'nic.interrupt': 'The NIC asks for attention: InterruptStatus becomes {b}.',
  'nic.drop': 'The NIC drops frame {a}.',
  'interrupt.raise': 'Line {a:source} goes high at the interrupt controller.',
  'interrupt.lower': 'Line {a:source} goes low again.',
  'interrupt.claim': 'The hart claims {a:source}; its IRQL rises to that priority.',
  'interrupt.complete': 'The hart tells the controller that {a:source} is served.',
  'trap.enter': 'The hart leaves its program for the kernel: {a:cause}.',
  'trap.return': 'mret: the hart goes on at {a:address}.',
  'isr.enter':
    'The service routine runs at device level, where it may do only the least: silence the device, ask for a DPC.',
  'isr.exit': 'The service routine is done; the real work was put off.',
  'dpc.insert': 'The rest of the work is queued as a deferred procedure call.',
  'dpc.request': 'The DPC unit raises its DISPATCH interrupt, which waits until the IRQL falls.',
  'dpc.pop': 'The DPC leaves the queue; {c} remain.',
  'dpc.enter': 'The DPC runs at DISPATCH level: no thread can run before it ends.',
  'dpc.exit': 'The DPC ends.',
  'driver.receive': 'The driver hands {b} bytes to the protocols.',
  'driver.transmit': 'The driver puts {b} bytes into the transmit ring.',
  'driver.sent': 'The driver takes the sent buffer back from the ring.',
  'irp.create': 'The kernel makes an I/O request packet: operation {a}.',
  'irp.pending': 'Nothing to deliver yet: the driver keeps the packet and the call returns.',
  'irp.buffer': 'This frame and operation {a} have found each other.',
  'irp.complete': 'The driver completes the request with {b:status}.',
  'irp.packet': 'The finished request itself is the packet for the completion port.',
  'irp.wake': 'The completion wakes the thread that has been blocked; no port is involved.',
  'port.insert': 'The completion port takes the packet.',
  'port.remove': 'A running thread takes the packet without waiting.',
  'port.park': 'With nothing to do, the thread parks on the port.',
  'port.release': 'The port picks the thread that waited last and releases it.',
  'thread.ready': 'A thread becomes ready to run.',
  'thread.switch': 'Context switch to the thread at {b:address}.',
  'thread.wait': 'The thread waits; it can do nothing else until it is woken.',
  'thread.start': 'A thread is made.',
  'thread.exit': 'A thread ends.',
  'apc.queue': 'An APC is queued to the thread at {b:address}.',
  'apc.run': 'The thread runs an APC.',
  'packet.dequeue': 'The thread receives the completion of operation {a}.',
  'syscall.enter': 'The program calls {a:call}.',
  'syscall.exit': '{a:call} returns {b:status}.',
  'operation.begin': 'The runtime notes operation {a} for the task that issued it.',
  'await.operation': 'The task awaits operation {a}.',
  'await.suspend':
    'await on line {b}: the coroutine saves its live values and returns. The thread is free.',
  'await.ready': 'await on line {b}: the result is already there, nothing suspends.',
  'continuation.run': 'The runtime finds the task that waits for operation {a} and resumes it.',
  'await.resume': 'The coroutine runs on behind line {b}.',
  'task.start': 'An async function begins.',
  'task.complete': 'The task has its result.',
  'hart.sleep': 'wfi: nothing to do, the hart sleeps.',
  'hart.wake': 'The hart wakes.',
  'timer.fire': 'The timer compares equal.',
  'mailbox.message': 'The host calls a function of the guest.',
  'mailbox.reply': 'The guest answers the host.',
  'device.error': 'A device refuses what its driver gave it.',
  'bus.fault': 'An access to {a:address} met no device.',
  marker: "The program's own mark: {a}.",
}

const statusNames = new Map(statusCodes.map(({ name, value }) => [value, name]))

const INTERRUPT = 0x8000_0000

/** mcause values (RISC-V privileged specification, "Machine Cause"). */
const causeNames: Record<number, string> = {
  2: 'illegal instruction',
  3: 'breakpoint',
  5: 'load access fault',
  7: 'store access fault',
  8: 'a system call (ecall)',
  11: 'a system call from the kernel (ecall)',
  [INTERRUPT + 3]: 'software interrupt',
  [INTERRUPT + 7]: 'timer interrupt',
  [INTERRUPT + 11]: 'external interrupt',
}

const callNames = new Map(systemCalls.map((call) => [call.number, call.name]))

const hexadecimal = (value: number) => `0x${value.toString(16).padStart(8, '0')}`

/** Name of an NTSTATUS, or its hexadecimal digits. */
export function statusName(status: number): string {
  return statusNames.get(status) ?? hexadecimal(status)
}

/** What a PLIC source is on this board (`docs/design.md` §2). */
export function sourceName(source: number): string {
  if (source >= 40 && source <= 47) return `${source} (completion ports)`
  if (source >= 32 && source <= 39) return `${source} (DPC queue)`
  if (source >= 1 && source <= 8)
    return `${source} (${source === 1 ? 'NIC' : `virtio ${source - 1}`})`
  return String(source)
}

/** Name of a system call, or its number. */
export function callName(number: number): string {
  return callNames.get(number) ?? `system call ${number}`
}

const formats: Record<string, (value: number) => string> = {
  address: hexadecimal,
  status: statusName,
  source: sourceName,
  call: callName,
  cause: (cause) => causeNames[cause] ?? `cause ${hexadecimal(cause)}`,
}

/** The sentence for a record; empty for a foreign hint. */
export function explain(record: TraceRecord): string {
  const words: Record<string, number> = { a: record.a, b: record.b, c: record.c }
  return (sentences[record.name] ?? '').replace(
    /\{([abc])(?::(\w+))?\}/g,
    (_, word: string, format?: string) =>
      format ? formats[format](words[word]) : String(words[word]),
  )
}

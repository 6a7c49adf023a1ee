/** I/O requests (IRPs) that are under way. */

import { fileConstants } from '../../../assembly/tables/syscalls.table.ts'
import type { Cycle } from '../time.ts'
import type { Executive } from './executive.ts'
import { deviceName, handlesOf } from './objects.ts'
import type { Row } from './records.ts'
import { portsOf } from './units.ts'

/** A request between its call and its end. */
export interface IrpView {
  /** Number of the operation, as in trace records. */
  operation: number
  address: number
  /** Number of the thread that issued it, while that lives. */
  thread: number | undefined
  device: string
  /** What is asked, such as `AFD_RECEIVE_DATAGRAM`, `PIPE_LISTEN`, `READ` or `WRITE`. */
  request: string
  /** `pending` in a driver, `completed` when its packet or its thread is on the way. */
  state: 'pending' | 'completed'
  /** It has been asked to end. */
  cancel: boolean
  /** The issuing thread waits in the call. */
  waited: boolean
  /** Address of the object that is signalled for a blocking call when it is done. */
  done: number
  /** Cycle at which it was made, exact to 100 ns. */
  since: Cycle
}

const irpClass = 'io/irp/Irp'
const locationClass = 'io/irp/StackLocation'
const threadClass = 'ke/thread/Thread'

const codePrefix = /^(IOCTL|FSCTL)_/
const requestNames = new Map(
  fileConstants
    .filter(({ name }) => codePrefix.test(name))
    .map(({ name, value }) => [value, name.replace(codePrefix, '')]),
)

/** Requests of all threads and files, and those that wait in ports for somebody to take them; oldest first. */
export function irpsOf(executive: Executive): IrpView[] {
  const { records } = executive
  const threads = records.list(records.constant('ke/thread/allThreads'), threadClass, 'allNext')
  const numbers = new Map(threads.map((thread) => [thread.address, thread('number')]))
  const issued = threads.flatMap((thread) => requestsOf(executive, thread))
  const others = [...inFiles(executive), ...inPorts(executive)].map((irp) =>
    irpView(executive, irp, numbers.get(irp('thread'))),
  )
  const views = new Map([...issued, ...others].map((view) => [view.address, view]))
  return [...views.values()].sort((a, b) => a.operation - b.operation)
}

/** Requests that open files have under way: some outlive the thread that made them. */
function inFiles(executive: Executive): Row[] {
  const { records } = executive
  const head = records.offset('io/file/File', 'requestNext')
  const files = handlesOf(executive).filter(({ type }) => type === 'FILE')
  const addresses = new Set(files.map(({ object }) => object))
  return [...addresses].flatMap((file) => records.list(file + head, irpClass, 'fileNext'))
}

function inPorts(executive: Executive): Row[] {
  return portsOf(executive)
    .flatMap(({ packets }) => packets)
    .filter(({ kind }) => kind === 'request')
    .map(({ address }) => executive.records.at(irpClass, address))
}

/** Requests that a thread has issued and that are not completed. */
export function requestsOf(executive: Executive, thread: Row): IrpView[] {
  const { records } = executive
  const head = thread.address + records.offset(threadClass, 'requestNext')
  return records
    .list(head, irpClass, 'threadNext')
    .map((irp) => irpView(executive, irp, thread('number')))
}

function irpView(executive: Executive, irp: Row, thread: number | undefined): IrpView {
  const file = executive.records.at('io/file/File', irp('file'))
  return {
    operation: irp('operation'),
    address: irp.address,
    thread,
    device: deviceName(executive, file('device')),
    request: requestName(executive, irp),
    state: irp('completed') ? 'completed' : 'pending',
    cancel: irp('cancel') !== 0,
    waited: irp('waited') !== 0,
    done: irp.address + executive.records.constant('io/irp/DONE_OFFSET'),
    since: executive.cycleOf(irp('issued')),
  }
}

/** The highest device's location keeps what the program asked for. */
function requestName({ records }: Executive, irp: Row): string {
  const last = irp('stackCount') - 1
  const first = irp.address + records.constant('io/irp/STACK_OFFSET')
  const address = first + last * records.constant('io/irp/LOCATION_BYTES')
  const location = records.at(locationClass, address)
  if (location('kind') === records.constant('io/irp/REQUEST_READ')) return 'READ'
  if (location('kind') === records.constant('io/irp/REQUEST_WRITE')) return 'WRITE'
  const code = location('code')
  return requestNames.get(code) ?? `0x${code.toString(16)}`
}

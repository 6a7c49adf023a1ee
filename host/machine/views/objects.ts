/** Objects of the executive: their kinds, how they are named, and the handles that stand for them. */

import type { Executive } from './executive.ts'

/** A handle and its object. */
export interface HandleView {
  /** Number of the program whose handle it is. */
  process: number
  handle: number
  /** Address of the object. */
  object: number
  /** Kind of object, such as `NOTIFICATION_EVENT`, `FILE`, `PORT`, `THREAD`. */
  type: string
  /** The object in words: `file \Device\Afd`, `thread 3`. */
  name: string
  references: number
  /** Above 0 while a wait for it would succeed; a semaphore's count. */
  signal: number
}

const objectClass = 'ke/object/KernelObject'
const typePrefix = 'ke/object/TYPE_'
const tableClass = 'ob/handle/HandleTable'
const indicesPerPage = 1024
/** A freed entry of the table is odd; addresses are even. */
const freeBit = 1

/** Kind of an object. */
export function objectType({ records }: Executive, address: number): string {
  const type = records.at(objectClass, address)('type')
  return records.enumeration(typePrefix).get(type) ?? `type ${type}`
}

/** An object in words. */
export function objectName(executive: Executive, address: number): string {
  const { records } = executive
  const type = objectType(executive, address)
  if (type === 'THREAD') return `thread ${records.at('ke/thread/Thread', address)('number')}`
  if (type === 'FILE') {
    return `file ${deviceName(executive, records.at('io/file/File', address)('device'))}`
  }
  return `${type.toLowerCase().replaceAll('_', ' ')} 0x${address.toString(16)}`
}

/** The name under which a device is opened. */
export function deviceName({ records }: Executive, address: number): string {
  const device = records.at('io/device/Device', address)
  return records.text(device('name'), device('nameBytes'))
}

/** All open handles, program by program, in ascending order. */
export function handlesOf(executive: Executive): HandleView[] {
  const { records } = executive
  const processes = records.constant('ps/process/processes')
  if (records.number(processes, 4) === 0) return []
  return records
    .list(processes, 'ps/process/Process', 'next')
    .flatMap((process) =>
      tableOf(executive, process('handles')).map(([handle, object]) =>
        handleView(executive, process('number'), handle, object),
      ),
    )
}

/** The handles of one program with the addresses of their objects. */
function tableOf({ records }: Executive, table: number): [handle: number, object: number][] {
  const pages = table + records.size(tableClass)
  const found: [number, number][] = []
  const used = records.at(tableClass, table)('indices')
  for (let index = 0; index < used; index++) {
    const page = records.number(pages + 4 * Math.floor(index / indicesPerPage), 4)
    const object = records.number(page + 4 * (index % indicesPerPage), 4)
    if (object & freeBit || object === 0) continue
    found.push([(index + 1) * 4, object])
  }
  return found
}

function handleView(
  executive: Executive,
  process: number,
  handle: number,
  object: number,
): HandleView {
  const row = executive.records.at(objectClass, object)
  const type = objectType(executive, object)
  const name = objectName(executive, object)
  const [references, signal] = [row('references'), row('signal')]
  return { process, handle, object, type, name, references, signal }
}

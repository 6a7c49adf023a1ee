/**
 * Wrong arguments for every system call, from its table: each pointer, handle, length and choice is made wrong in turn, with the others
 * right. A new argument must be known here before the tests pass.
 */
import { fileConstants, systemCalls } from '../../assembly/tables/syscalls.table.ts'

/** A call with one argument wrong, as source of the program that makes it. */
export interface HostileCase {
  call: string
  source: string
}

/** Right arguments by name: expressions of fixtures/hostile.ts. */
const right: Record<string, string> = {
  '*interval': 'zero',
  '*timeout': 'zero',
  '*dueTime': 'zero',
  '*transfer': 'transfer',
  '*parameters': 'parameters',
  '*handles': 'handles',
  '*name': 'name',
  nameBytes: '22',
  bytes: '4',
  count: '1',
  handle: 'event',
  source: 'event',
  object: 'event',
  event: 'event',
  semaphore: 'semaphore',
  timer: 'timer',
  mutant: 'mutant',
  port: 'port',
  packet: 'packet',
  file: 'disk',
  thread: 'thread',
  process: '-1',
  initial: '1',
  maximum: '1',
  type: '0',
  waitType: '1',
  options: '0',
  class: '5',
  code: '0x1201b',
  priority: '0',
  routine: 'room',
  ...Object.fromEntries(
    [
      ...['alertable', 'argument', 'concurrency', 'context', 'hash', 'information', 'initialOwner'],
      ...['initialState', 'key', 'periodMilliseconds', 'removeSignaledPacket', 'stackBytes'],
      ...['status', 'line', 'column', 'argument1', 'argument2', 'argument3', 'testAlert'],
      ...['apcContext', 'apcRoutine'],
    ].map((name) => [name, '0']),
  ),
}

/** Right arguments that differ for a call. */
const rightFor: Record<string, Record<string, string>> = {
  NtCreateNamedPipeFile: { '*name': 'pipeName', nameBytes: '50' },
  NtDeviceIoControlFile: { file: 'socket' },
  NtQueryInformationFile: { bytes: '8' },
  NtSetInformationFile: { class: '14', bytes: '8' },
  NtQuerySystemInformation: { bytes: '32' },
  NtGetContextThread: { bytes: '1024' },
  NtSetInformationThread: { class: '14', bytes: '4' },
  NtQueryInformationThread: { class: '14', bytes: '4' },
}

/** Pointers that may be 0. */
const optional: Record<string, string[]> = {
  NtCreateThreadEx: ['*handle'],
  NtQueryPerformanceCounter: ['*frequency'],
  NtSuspendThread: ['*previous'],
  NtResumeThread: ['*previous'],
  NtSetEvent: ['*previous'],
  NtResetEvent: ['*previous'],
  NtPulseEvent: ['*previous'],
  NtReleaseSemaphore: ['*previous'],
  NtReleaseMutant: ['*previous'],
  NtSetTimer: ['*previous'],
  NtCancelTimer: ['*currentState'],
  NtWaitForSingleObject: ['*timeout'],
  NtWaitForMultipleObjects: ['*timeout'],
  NtRemoveIoCompletionEx: ['*timeout'],
  NtAssociateWaitCompletionPacket: ['*state'],
  NtCancelIoFileEx: ['*ioStatus'],
  NtSetInformationFile: ['*ioStatus'],
  NtQueryInformationFile: ['*ioStatus'],
}

/** Calls that do not come back when they succeed, or show text: tested by themselves. */
export const endingCalls = ['NtTerminateProcess', 'NtTerminateThread', 'NtRaiseHardError']

/** An object of a wrong kind for each handle that has a kind. */
const wrongObject: Record<string, string> = {
  event: 'port',
  semaphore: 'event',
  timer: 'event',
  mutant: 'event',
  port: 'event',
  packet: 'event',
  file: 'event',
  thread: 'event',
  object: 'port',
}
const plainHandles = ['handle', 'source']
const badHandles = ['3', '0x7ffffffc', '0x00012340', '0x80400000 - 4']
const badLengths = ['0x7fffffff', '0x80000001', '0xffffffff']
const badChoices: Record<string, string[]> = {
  type: ['2', '0xffffffff'],
  waitType: ['2', '0xffffffff'],
  options: ['1', '0xffffffff'],
  class: ['0', '999'],
  code: ['0', '0xffffffff'],
  priority: ['32', '0xffffffff'],
  initial: ['2', '-1'],
  maximum: ['0', '-1'],
  routine: ['0', '0x80002000', '0xfffffffe'],
  apcRoutine: ['0x80002000', '0xfffffffe'],
}

/** Kernel, devices, the ends of the address space and of the program's window, and what is not aligned. */
const badPointers = [
  ...['0x80002000', '0x83f00000', '0x10000000', '0x04020000', '0xfffffffc', '0x803ffffc'],
  ...['0x83400000', '0x83400000 - 2', '0x80400000 - 4'],
]

/** Everything wrong that can be said in one argument of each call. */
export function hostileCases(): HostileCase[] {
  return systemCalls
    .filter(({ name }) => !endingCalls.includes(name))
    .flatMap(({ name, args, number }) => {
      const expressions = args.map((arg) => rightArgument(name, arg))
      return args.flatMap((arg, place) =>
        wrongArguments(name, arg).map(([kind, value]) => {
          const six = [...expressions, ...Array<string>(6 - args.length).fill('0')]
          six[place] = value
          const text = `${name} ${arg} = ${value}`
          return { call: name, source: `check('${text}', ${kind}, ${number}, ${six.join(', ')});` }
        }),
      )
    })
}

function rightArgument(call: string, arg: string): string {
  const value = rightFor[call]?.[arg] ?? right[arg] ?? (arg.startsWith('*') ? 'room' : undefined)
  if (value === undefined) {
    throw new Error(`test/kernel/hostile.ts does not know the argument ${arg} of ${call}`)
  }
  return value
}

function wrongArguments(call: string, arg: string): [kind: string, value: string][] {
  const all = (kind: string, values: string[]) =>
    values.map((value): [string, string] => [kind, value])
  if (arg.startsWith('*')) return all('POINTER', wrongPointers(call, arg))
  if (arg in wrongObject) return all('HANDLE', [...wrongHandles(call, arg)])
  if (plainHandles.includes(arg)) return all('HANDLE', badHandles)
  if (arg === 'bytes' || arg === 'nameBytes' || arg === 'count') return all('ERROR', badLengths)
  return all('ERROR', badChoices[arg] ?? [])
}

function wrongPointers(call: string, arg: string): string[] {
  const isText = arg === '*text' || arg === '*name'
  return [
    ...badPointers,
    ...(optional[call]?.includes(arg) === true ? [] : ['0']),
    ...(isText ? [] : ['room + 1', 'room + 2']),
  ]
}

/** The event of a request may also be the address of a structure. */
function wrongHandles(call: string, arg: string): string[] {
  return [...badHandles, ...(arg === 'port' && call === '' ? [] : [wrongObject[arg]])]
}

/** The request structure of every device code, in bad places. */
export function hostileCodes(): HostileCase[] {
  const number = systemCalls.find(({ name }) => name === 'NtDeviceIoControlFile')!.number
  return fileConstants
    .filter(({ name }) => name.startsWith('IOCTL_'))
    .flatMap(({ name, value }) =>
      [...badPointers, '0', 'room + 2'].map((pointer) => ({
        call: name,
        source: `check('${name} ${pointer}', POINTER, ${number}, ${deviceOf(name)}, 0, 0, room, ${value}, ${pointer});`,
      })),
    )
}

function deviceOf(code: string): string {
  return code.startsWith('IOCTL_AFD') ? 'socket' : 'mailbox'
}

/** Pointers inside of structures: by structure and field, with the call that reads it. */
export function hostileFields(): HostileCase[] {
  const numbers = Object.fromEntries(systemCalls.map(({ name, number }) => [name, number]))
  const cases: [text: string, place: string, call: string][] = [
    ...['NtReadFile', 'NtWriteFile'].flatMap((name): [string, string, string][] => [
      [`${name} buffer`, 'transfer', `${numbers[name]}, disk, 0, 0, room, transfer, 0`],
      [`${name} byteOffset`, 'transfer + 8', `${numbers[name]}, disk, 0, 0, room, transfer, 0`],
      [`${name} bytes`, 'transfer + 4', `${numbers[name]}, disk, 0, 0, room, transfer, 0`],
    ]),
  ]
  return cases.flatMap(([text, place, call]) =>
    (text.endsWith('bytes') ? badLengths : badPointers).map((value) => ({
      call: text,
      source: `checkField('${text} = ${value}', ${place}, ${value}, ${call});`,
    })),
  )
}

/** The program that makes all these calls. */
export function hostileProgram(cases: HostileCase[]): string {
  const parts: string[] = []
  const perPart = 64
  for (let i = 0; i < cases.length; i += perPart) {
    const body = cases.slice(i, i + perPart).map(({ source }) => `  ${source}`)
    parts.push(`function part${parts.length}(): void {\n${body.join('\n')}\n}`)
  }
  return `
    import { exit } from './nt';
    import {
      check, checkField, disk, ERROR, event, HANDLE, handles, mailbox, mutant, name, packet, parameters, pipe, pipeName,
      POINTER, port, poll, room, semaphore, setUp, socket, summary, thread, timer, transfer, zero,
    } from './hostile';
    ${parts.join('\n')}
    export function _start(): void {
      setUp();
      ${parts.map((_, i) => `part${i}();`).join('\n')}
      summary();
      exit(0);
    }
  `
}

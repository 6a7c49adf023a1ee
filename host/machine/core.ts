/**
 * The core's boundary: its WebAssembly exports as `docs/design.md` §3 lists them, and the loading of the module. Cycles are
 * 64-bit here and nowhere else.
 */

import { stops } from '../../assembly/tables/stops.table.ts'
import type { AssetSource } from '../assets.ts'
import { assetBytes, coreUrl } from '../assets.ts'

/** Exports of `assembly/machine/index.ts`. Pointers are offsets in `memory`. */
export interface CoreExports {
  memory: WebAssembly.Memory
  create(
    harts: number,
    ramBytes: number,
    clockHz: bigint,
    seed: bigint,
    profile: number,
    options: number,
  ): number
  ramPointer(): number
  ramBytes(): number
  ramChanged(): void
  setToHost(address: number): void
  setProgramCounter(hart: number, address: number): void
  startHart(hart: number, address: number, cycle: bigint): void
  stopHart(hart: number): void
  programCounter(hart: number): number
  register(hart: number, index: number): number
  setRegister(hart: number, index: number, value: number): void
  csr(hart: number, number: number): number
  setBreakpoint(address: number): number
  clearBreakpoint(address: number): number
  enablePoints(on: number): void
  setWatchpoint(index: number, address: number, bytes: number, access: number): number
  clearWatchpoint(index: number): number
  stepsOf(hart: number): bigint
  setExceptions(hart: number, count: bigint): void
  stopBefore(slot: number, hart: number, count: bigint): void
  currentHart(): number
  trackWrites(): void
  markWritten(address: number, bytes: number): void
  watchPointer(): number
  diskDirtyPointer(): number
  run(untilCycle: bigint): number
  stopCode(): number
  stopAddress(): number
  stopValue(): number
  now(): bigint
  hartTime(hart: number): bigint
  retired(hart: number): bigint
  events(): bigint
  stateHash(): bigint
  setTrace(on: number): void
  tracePointer(): number
  traceCount(): number
  traceClear(): void
  consolePointer(): number
  consoleCount(): number
  consoleClear(): void
  consoleInput(byte: number): number
  counterPointer(): number
  counterCount(): number
  frameInput(): number
  receiveFrame(cycle: bigint, bytes: number): number
  frameOutput(): number
  frameOutputBytes(): number
  frameOutputId(): number
  diskReserve(bytes: number): number
  diskInsert(readOnly: number): void
  usedPage(from: number): number
  stateSections(): number
  statePointer(section: number): number
  stateBytes(section: number): number
  stateGather(): void
  stateSpread(): void
  dpcFirst(hart: number, threaded: number): number
  dpcDepth(hart: number, threaded: number): number
  dpcStatus(hart: number): number
  dpcRunning(hart: number): number
  portFirstPacket(handle: number): number
  portFirstWaiter(handle: number): number
  portThreads(handle: number): number
  setParameter(index: number, nameHash: number, value: number): void
  mailboxArguments(): number
  mailboxPost(cycle: bigint, id: number, fn: number, argc: number, argsPointer: number): void
  mailboxReplyId(): number
  mailboxReplyStatus(): number
  mailboxReplyLow(): number
  mailboxReplyHigh(): number
  mailboxFault(index: number): number
}

/** Names of the reasons for which `run` returns. */
export type CoreStop =
  | 'Limit'
  | 'Exit'
  | 'FrameOut'
  | 'TraceFull'
  | 'Console'
  | 'Idle'
  | 'Fault'
  | 'Reply'
  | 'Slice'
  | 'Reset'
  | 'Break'
  | 'Watch'
  | 'Step'

const stopNames = new Map(stops.map((stop) => [stop.code, stop.name as CoreStop]))

/** The name of a stop code. */
export function stopName(code: number): CoreStop {
  const name = stopNames.get(code)
  if (name === undefined) throw new Error(`the core stopped for an unknown reason, ${code}`)
  return name
}

/** The state hash as 16 hexadecimal digits. */
export function stateHashOf(core: CoreExports): string {
  return BigInt.asUintN(64, core.stateHash()).toString(16).padStart(16, '0')
}

/** The core's bytes, or what they come from, or a module compiled before. */
export type CoreSource = AssetSource | WebAssembly.Module

/** A fresh instance of the core. Instances share nothing. */
export async function loadCore(source: CoreSource = coreUrl): Promise<CoreExports> {
  const module =
    source instanceof WebAssembly.Module ? source : await compileCore(await assetBytes(source))
  const instance = await WebAssembly.instantiate(module, { env: { abort } })
  return instance.exports as unknown as CoreExports
}

function compileCore(bytes: Uint8Array): Promise<WebAssembly.Module> {
  return WebAssembly.compile(bytes as BufferSource)
}

/** Called by a debug build when an assertion of the core fails. */
function abort(message: number, file: number, line: number, column: number): never {
  throw new Error(`the core aborted (message ${message}, file ${file}, ${line}:${column})`)
}

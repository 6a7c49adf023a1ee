/**
 * nothread, the library: a machine to load, run and look at, with its network. Nothing that can be reached from here imports
 * Node.
 */

export { AssetError, assetBytes, coreUrl, guestUrl, kernelUrl } from './assets.ts'
export type { AssetSource } from './assets.ts'
export { archive } from './machine/archive.ts'
export type { CallValue } from './machine/calls.ts'
export { CallError } from './machine/calls.ts'
export type { Console } from './machine/console.ts'
export type { CoreSource } from './machine/core.ts'
export type { Coroutine } from './machine/coroutines.ts'
export type { EventFilter } from './machine/events.ts'
export type { RunOptions, Until } from './machine/goal.ts'
export type { Input } from './machine/input.ts'
export { Machine } from './machine/machine.ts'
export type { HartRegisters } from './machine/hardware.ts'
export type { RestoreOptions } from './machine/machine.ts'
export type { HistoryOptions, HistorySize } from './machine/history/history.ts'
export { SnapshotError } from './machine/sections.ts'
export type { Base, Snapshot, SnapshotHeader } from './machine/snapshotFormat.ts'
export { readSnapshot } from './machine/snapshotReader.ts'
export { MemoryError, ramBase } from './machine/memory.ts'
export { timingProfiles } from './machine/options.ts'
export type { Configuration, MachineOptions, TimingProfile } from './machine/options.ts'
export type { Parameters } from './machine/parameters.ts'
export { programBases } from './machine/program.ts'
export type { Program } from './machine/program.ts'
export { parseRecording, Recorder, RecordingError } from './machine/recording.ts'
export type { Recording } from './machine/recording.ts'
export { replay } from './machine/replay.ts'
export type { Divergence } from './machine/replay.ts'
export type { Fault, RunReport, StopPlace, StopReason, WatchpointHit } from './machine/report.ts'
export { formatTime, parseTime, toNanoseconds } from './machine/time.ts'
export type { Cycle } from './machine/time.ts'
export type { Trace } from './machine/traceLog.ts'
export type {
  Deadlock,
  DpcQueueView,
  DpcView,
  HandleView,
  HartView,
  IrpView,
  PacketView,
  Place,
  PoolView,
  PortView,
  SchedulerView,
  ThreadState,
  ThreadView,
  WorkerView,
} from './machine/views/index.ts'
export type { ClientOptions, Clients } from './net/clients.ts'
export type { LinkOptions } from './net/link.ts'
export { parseLink } from './net/link.ts'
export type { Network, WireFrame } from './net/network.ts'
export { Capture } from './net/pcapng.ts'
export type { UdpOptions, UdpReply, UdpSocket } from './net/udp.ts'

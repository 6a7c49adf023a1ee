/**
 * The trace ring: records of 32 bytes, written only while tracing is on. The host reads and clears it at every stop; `run` stops
 * in time (TraceFull), so that nothing is lost. Kinds and fields: assembly/tables/trace.table.ts.
 */
import { TRACE, TRACE_BYTES } from './layout';
import { STOP_TraceFull } from './generated/stops';
import { requestStop } from './stop';
import { time } from './clock';

const RECORD_BYTES: u32 = 32;
const CAPACITY: u32 = TRACE_BYTES / RECORD_BYTES;
/** Records kept free for what one instruction and its device may still write after the request to stop. */
const RESERVE: u32 = 1024;

export let tracing: bool = false;
export let traceCount: u32 = 0;
/** Hart and pc that go into the records; the CPU keeps them right. */
export let traceHart: u32 = 0;
export let tracePc: u32 = 0;

export function setTracing(on: bool): void {
  tracing = on;
}

export function setTracePlace(hart: u32, pc: u32): void {
  traceHart = hart;
  tracePc = pc;
}

export function traceClear(): void {
  traceCount = 0;
}

/** Write a record, if tracing is on. */
export function trace(kind: u32, a: u32 = 0, b: u32 = 0, c: u32 = 0): void {
  if (tracing) traceAt(time, kind, a, b, c);
}

/** Write a record of a given cycle. */
export function traceAt(cycle: u64, kind: u32, a: u32, b: u32, c: u32): void {
  if (!tracing || traceCount == CAPACITY) return;
  const at = TRACE + <usize>traceCount * RECORD_BYTES;
  store<u64>(at, cycle);
  store<u16>(at, <u16>kind, 8);
  store<u16>(at, <u16>traceHart, 10);
  store<u32>(at, a, 12);
  store<u32>(at, b, 16);
  store<u32>(at, c, 20);
  store<u32>(at, tracePc, 24);
  store<u32>(at, 0, 28);
  if (++traceCount >= CAPACITY - RESERVE) requestStop(STOP_TraceFull);
}

/**
 * Why the machine stops. A model asks for a stop; the hart leaves its loop at the next instruction boundary and `run` returns
 * the reason. The reasons are those of assembly/tables/stops.table.ts.
 */
import { endTurn } from './clock';

/** No stop is wanted. */
export const NO_STOP: u32 = 255;

export let wanted: u32 = NO_STOP;
export let stopCode: u32 = 0;
export let stopAddress: u32 = 0;
export let stopValue: u32 = 0;

/**
 * Ask for `run` to return. The first request wins until the host has seen it.
 * @param reason one of the STOP_ constants of generated/stops.ts
 * @param code, address, value details, as stops.table.ts names them
 */
export function requestStop(reason: u32, code: u32 = 0, address: u32 = 0, value: u32 = 0): void {
  if (wanted != NO_STOP) return;
  wanted = reason;
  stopCode = code;
  stopAddress = address;
  stopValue = value;
  endTurn();
}

/** The wanted stop, which is thereby served. */
export function takeStop(): u32 {
  const reason = wanted;
  wanted = NO_STOP;
  return reason;
}

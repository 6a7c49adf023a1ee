/**
 * The one clock, in cycles, and the events that lie ahead. An event is data: (cycle, sequence, device, id); those of one cycle
 * happen in the order they were scheduled. While a hart runs, time is a countdown: `budget` cycles are left to `deadline`.
 */
import { mix } from './hash';
import { EVENTS, EVENT_CAPACITY } from './layout';

/** The cycle that models see: of the event being handled, or of the instruction that does an access. */
export let time: u64 = 0;
/** The running hart may start instructions while budget > 0; its cycle is deadline - budget. */
export let budget: i32 = 0;
export let deadline: u64 = 0;
/** Events handled so far. */
export let eventCount: u64 = 0;

/** No event lies ahead. */
export const NEVER: u64 = u64.MAX_VALUE;

// One event in the heap: u64 cycle, u64 sequence, u32 device, u32 id. The heap is preceded by its length and the last sequence.
const EVENT_BYTES: usize = 24;
const HEAP_COUNT: usize = EVENTS;
const HEAP_SEQUENCE: usize = EVENTS + 8;
const HEAP: usize = EVENTS + 16;

export function resetClock(): void {
  time = 0;
  budget = 0;
  deadline = 0;
  eventCount = 0;
  store<u32>(HEAP_COUNT, 0);
  store<u64>(HEAP_SEQUENCE, 0);
}

/** The cycle now. */
export function now(): u64 {
  return time;
}

export function setTime(cycle: u64): void {
  time = cycle;
}

/** Begin a turn of a hart whose cycle is `cycle`, until `end`. */
export function beginTurn(cycle: u64, end: u64): void {
  const most: u64 = 0x4000_0000;
  deadline = end - cycle > most ? cycle + most : end;
  budget = <i32>(deadline - cycle);
}

/** The cycle of the running hart. */
export function hartCycle(): u64 {
  return deadline - <i64>budget;
}

export function setBudget(cycles: i32): void {
  budget = cycles;
}

/** Let the running hart spend cycles: wait states of an access, say. */
export function charge(cycles: u32): void {
  budget -= cycles;
}

/** Let the running hart stop at its next instruction boundary. */
export function endTurn(): void {
  if (budget > 0) shorten(hartCycle());
}

function shorten(end: u64): void {
  budget -= <i32>(deadline - end);
  deadline = end;
}

/**
 * Let `device`'s event(id) happen at a cycle, which is not before now. A turn that would run past it ends there.
 * @returns false when the heap is full
 */
export function schedule(cycle: u64, device: u32, id: u32): bool {
  const count = load<i32>(HEAP_COUNT);
  if (count == EVENT_CAPACITY) return false;
  const at = cycle < time ? time : cycle;
  const sequence = load<u64>(HEAP_SEQUENCE) + 1;
  store<u64>(HEAP_SEQUENCE, sequence);
  store<i32>(HEAP_COUNT, count + 1);
  siftUp(count, at, sequence, device, id);
  if (at < deadline) shorten(at);
  return true;
}

/** Drop every event (device, id) that lies ahead. */
export function cancel(device: u32, id: u32): void {
  for (let i = load<i32>(HEAP_COUNT) - 1; i >= 0; i--) {
    const event = entry(i);
    if (load<u32>(event, 16) == device && load<u32>(event, 20) == id) remove(i);
  }
}

/** Cycle of the earliest event. */
export function nextEvent(): u64 {
  return load<i32>(HEAP_COUNT) == 0 ? NEVER : load<u64>(HEAP);
}

/** Take the earliest event: time becomes its cycle; device and id are packed as device << 32 | id. */
export function takeEvent(): u64 {
  time = load<u64>(HEAP);
  const packed = ((<u64>load<u32>(HEAP, 16)) << 32) | load<u32>(HEAP, 20);
  remove(0);
  eventCount++;
  return packed;
}

/** Bytes of the event heap in use, which begin at EVENTS. */
export function eventBytes(): u32 {
  return <u32>(HEAP - EVENTS + <usize>load<u32>(HEAP_COUNT) * EVENT_BYTES);
}

/** Set the clock as a snapshot has it. The heap is in its place already. */
export function restoreClock(cycle: u64, events: u64): void {
  time = cycle;
  eventCount = events;
  budget = 0;
  deadline = 0;
}

/** Hash of the events ahead, whatever their places in the heap. */
export function eventHash(): u64 {
  let sum = mix(load<u64>(HEAP_SEQUENCE), load<u32>(HEAP_COUNT));
  for (let i = 0; i < load<i32>(HEAP_COUNT); i++) {
    const event = entry(i);
    sum += mix(mix(load<u64>(event), load<u64>(event, 8)), load<u64>(event, 16));
  }
  return sum;
}

function entry(index: i32): usize {
  return HEAP + <usize>index * EVENT_BYTES;
}

function before(a: usize, cycle: u64, sequence: u64): bool {
  const other = load<u64>(a);
  return other < cycle || (other == cycle && load<u64>(a, 8) < sequence);
}

function place(index: i32, cycle: u64, sequence: u64, device: u32, id: u32): void {
  const event = entry(index);
  store<u64>(event, cycle);
  store<u64>(event, sequence, 8);
  store<u32>(event, device, 16);
  store<u32>(event, id, 20);
}

function siftUp(index: i32, cycle: u64, sequence: u64, device: u32, id: u32): void {
  while (index > 0) {
    const parent = (index - 1) >> 1;
    if (before(entry(parent), cycle, sequence)) break;
    memory.copy(entry(index), entry(parent), EVENT_BYTES);
    index = parent;
  }
  place(index, cycle, sequence, device, id);
}

function siftDown(index: i32, count: i32, cycle: u64, sequence: u64, device: u32, id: u32): void {
  for (;;) {
    let child = 2 * index + 1;
    if (child >= count) break;
    if (child + 1 < count) {
      const right = entry(child + 1);
      if (before(right, load<u64>(entry(child)), load<u64>(entry(child), 8))) child++;
    }
    if (!before(entry(child), cycle, sequence)) break;
    memory.copy(entry(index), entry(child), EVENT_BYTES);
    index = child;
  }
  place(index, cycle, sequence, device, id);
}

function remove(index: i32): void {
  const count = load<i32>(HEAP_COUNT) - 1;
  store<i32>(HEAP_COUNT, count);
  if (index == count) return;
  const last = entry(count);
  const cycle = load<u64>(last);
  const sequence = load<u64>(last, 8);
  const device = load<u32>(last, 16);
  const id = load<u32>(last, 20);
  if (
    index > 0 &&
    before(last, load<u64>(entry((index - 1) >> 1)), load<u64>(entry((index - 1) >> 1), 8))
  ) {
    siftUp(index, cycle, sequence, device, id);
  } else {
    siftDown(index, count, cycle, sequence, device, id);
  }
}

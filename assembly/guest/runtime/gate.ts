/**
 * Adding workers when the pool does not get on: a gate thread that looks every 500 ms whether work is queued and nothing was taken
 * (N7.3), and compensation for workers that block on tasks, at once for as many as there are harts and then in steps of 25 ms (N7.5). The
 * gate sleeps without a timer while nothing is queued, so that an idle machine stays idle.
 */
import {
  STATUS_TIMEOUT,
  SYS_NtCreateEvent,
  SYS_NtQueryIoCompletion,
  SYS_NtSetEvent,
  SYS_NtWaitForSingleObject,
} from './generated/syscalls';
import { climb, isSampleDue } from './hillClimbing';
import { PoolState, pool } from './poolState';
import { amoAdd, amoSwap } from './rv';
import { poolPort } from './scheduler';
import { require } from './require';
import { hartCount, system } from './system';
import { THREAD_GATE, THREAD_WORKER, thisThread } from './threadBlock';
import { startThread } from './threads';
import { addWorker } from './workers';

/** Times in units of 100 ns. */
const starvationDelay: i64 = 5_000_000;
const compensationStep: i64 = 250_000;
const longestCompensation: i64 = 2_500_000;
const synchronizationEvent: u32 = 1;

const BLOCKED = changetype<usize>(pool) + offsetof<PoolState>('blocked');

/** Handle of the event that ends the gate's sleep; 0 before there is a gate. */
let gateEvent: u32 = 0;
const isGateMadeAt = memory.data(4, 4);
/** What the gate sleeps for. */
const sleepAt = memory.data(4, 4);
/** It is awake, or about to add a worker at a time. */
const BUSY: u32 = 0;
/** It looks after a time whether work goes on. */
const WATCHING: u32 = 1;
/** There is nothing to watch. */
const PARKED: u32 = 2;

/** A worker is about to block in a call that the pool knows nothing of. */
export function watchBlocking(): void {
  if (thisThread().kind == THREAD_WORKER && pool.starvation) startGate();
}

/** A worker is about to block until a task is over. */
export function beginBlocking(): void {
  if (thisThread().kind != THREAD_WORKER) return;
  amoAdd(BLOCKED, 1);
  if (pool.compensation) {
    const atOnce = pool.least + hartCount();
    while (pool.goal < wanted() && pool.goal < atOnce) compensate();
  }
  if (pool.starvation || pool.compensation) startGate();
  if (pool.compensation && load<u32>(sleepAt) == WATCHING) signalGate();
}

/** The worker goes on. Workers above the goal end when they have nothing to do. */
export function endBlocking(): void {
  if (thisThread().kind != THREAD_WORKER) return;
  amoAdd(BLOCKED, -1);
  if (pool.compensation && pool.goal > wanted()) pool.goal--;
}

/** As many workers as should not be blocked, and those that are. */
function wanted(): u32 {
  return min(pool.least + pool.blocked, pool.most);
}

function compensate(): void {
  pool.compensated++;
  addOne();
}

function addOne(): void {
  pool.goal++;
  if (pool.workers < pool.goal) addWorker();
}

function startGate(): void {
  if (amoSwap(isGateMadeAt, 1)) {
    wakeGate();
    return;
  }
  const handle = thisThread().scratch;
  require(system(SYS_NtCreateEvent, handle, synchronizationEvent, 0), 'Cannot create an event');
  gateEvent = load<u32>(handle);
  startThread((argument: usize): void => runGate(), 0, 0);
}

/** Work was queued, and nobody is there to take it. */
export function wakeGate(): void {
  if (load<u32>(sleepAt) == PARKED) signalGate();
}

function signalGate(): void {
  if (amoSwap(sleepAt, BUSY) != BUSY) system(SYS_NtSetEvent, gateEvent, 0);
}

function runGate(): void {
  thisThread().kind = THREAD_GATE;
  while (true) {
    const taken = itemsTaken();
    const isCompensating = isShort();
    if (!isTimeOver(isCompensating)) continue;
    if (isCompensating) {
      if (isShort()) compensate();
    } else if (pool.starvation && isStarved(taken) && pool.goal < pool.most) {
      pool.injected++;
      addOne();
    }
  }
}

/** Whether there is work, in the queues or at the port, and none was begun since `taken` items had been. */
function isStarved(taken: u32): bool {
  if (itemsTaken() != taken) return false;
  return pool.queued != 0 || (pool.blocked != 0 && !pool.idle && packetsQueued() != 0);
}

function packetsQueued(): u32 {
  const depth = thisThread().scratch;
  return system(SYS_NtQueryIoCompletion, poolPort, depth) == 0 ? load<u32>(depth) : 0;
}

function itemsTaken(): u32 {
  return pool.globalTakes + pool.localTakes + pool.steals;
}

function compensationDelay(): i64 {
  const beyond = <i64>(pool.goal - pool.least - hartCount());
  return min(compensationStep * (1 + beyond / hartCount()), longestCompensation);
}

/** Whether there are fewer workers than there should be for those that block. */
function isShort(): bool {
  return pool.compensation && pool.goal < wanted();
}

/** Sleep, without an end while there is nothing to watch for; false when the sleep was ended by others. */
function isTimeOver(isCompensating: bool): bool {
  const timeout = thisThread().scratch;
  store<i64>(timeout, isCompensating ? -compensationDelay() : -starvationDelay);
  // Who queues or blocks looks at this afterwards; so either side sees the other.
  amoSwap(sleepAt, isCompensating ? BUSY : PARKED);
  const mustWatch = isCompensating || pool.queued || (pool.blocked && !pool.idle);
  if (!isCompensating && isShort()) return false;
  if (mustWatch && !isCompensating) amoSwap(sleepAt, WATCHING);
  const status = system(SYS_NtWaitForSingleObject, gateEvent, 0, mustWatch ? timeout : 0);
  amoSwap(sleepAt, BUSY);
  return status == STATUS_TIMEOUT;
}

/** A continuation from a queue has been run. */
export function noteWork(): void {
  if (!pool.climbing) return;
  pool.completions++;
  if (isSampleDue()) setGoal(climb());
}

function setGoal(goal: u32): void {
  pool.goal = goal;
  while (pool.workers < goal) addWorker();
}

/**
 * The run loop: events and harts in the order of cycles. The earliest hart gets a turn: until the next event, and with several
 * harts for at most a slice of cycles, by which its plain loads and stores may run ahead of the others (RVWMO allows it). Accesses
 * that others can observe in order end a turn that is ahead (cpu/leave.ts). What happens depends on cycles only, never on how often
 * the host calls `run`.
 */
import { deviceAt } from './bus';
import {
  NEVER,
  beginTurn,
  budget,
  hartCycle,
  nextEvent,
  setBudget,
  setTime,
  takeEvent,
  time,
} from './clock';
import { count } from './counters';
import {
  ASLEEP,
  RUNNING,
  STOPPED,
  WAKING,
  hart,
  hartAt,
  hartCount,
  hartNumber,
  interruptible,
  selectHart,
} from './cpu/hart';
import { begin, clearYield, yielded } from './cpu/leave';
import { updateWindow } from './cpu/pmp';
import { setHandling } from './cpu/watchpoints';
import { stepLimit, stopAtEvent, stopAtStep } from './cpu/steps';
import { wakeCost, wakeHandlerCost } from './cpu/timing';
import { takeInterrupt, wakeInterrupt } from './cpu/trap';
import { COUNT_idleCycles } from './generated/counters';
import { execute } from './generated/execute';
import { STOP_Idle, STOP_Limit, STOP_Slice, STOP_Watch } from './generated/stops';
import { NO_STOP, takeStop, wanted } from './stop';
import { setTracePlace, tracing } from './trace';

/** Cycles after which `run` returns for the host's sake. */
const WORK: i64 = 4_000_000;
/** What an event counts in that. */
const EVENT_WORK: i64 = 100;
/** The longest turn: the interpreter is re-entered now and then, so that the host can replace it by optimized code. */
const LONGEST_TURN: u64 = 1_000_000;

/** How far a hart's plain loads and stores may run ahead of the others, in cycles. */
let slice: u64 = 0;
/** The cycle at which the turn of the running hart ends, if it has not yielded; part of the machine's state. */
export let turnEnd: u64 = 0;

export function resetScheduler(sliceCycles: u64): void {
  slice = sliceCycles;
  turnEnd = 0;
}

/** Set the end of the turn as a snapshot has it. */
export function restoreTurn(end: u64): void {
  turnEnd = end;
}

/**
 * Run until a reason to stop.
 * @param until stop when everything before this cycle is done
 * @returns a STOP_ number
 */
export function runUntil(until: u64): u32 {
  let work = WORK;
  while (true) {
    if (wanted != NO_STOP) return takeStop();
    const number = nextHart();
    const cycle = number < 0 ? NEVER : hartAt(<u32>number).cycle;
    const earliest = hartCount == 1 ? cycle : earliestCycle();
    const event = nextEvent();
    if (event <= earliest && event <= until) {
      if (stopAtEvent(event)) continue;
      handleEvent(earliest == NEVER);
      work -= EVENT_WORK;
    } else if (event > until && earliest >= until && !isWithinTurn()) {
      if (earliest == NEVER && event == NEVER) return STOP_Idle;
      // Harts may have gone further: what enters now does so at the limit.
      setTime(until);
      return STOP_Limit;
    } else if (earliest == NEVER) {
      return STOP_Idle;
    } else if (work <= 0) {
      return STOP_Slice;
    } else {
      beginOrGoOn(<u32>number);
      work -= turn(turnLimit(cycle, event, until));
    }
  }
}

function handleEvent(idle: bool): void {
  const before = time;
  const packed = takeEvent();
  if (idle) count(COUNT_idleCycles, time - before);
  if (tracing) setTracePlace(0, 0);
  setHandling(true);
  deviceAt(<i32>(packed >> 32)).event(<u32>packed);
  setHandling(false);
}

/** The hart whose turn it is: the one whose turn is not over, or the earliest; -1 if none can run. */
function nextHart(): i32 {
  if (goesOn()) return <i32>hartNumber;
  let best = -1;
  for (let number = 0; number < <i32>hartCount; number++) {
    const other = hartAt(number);
    if (other.state == ASLEEP || other.state == STOPPED) continue;
    if (best < 0 || other.cycle < hartAt(best).cycle) best = number;
  }
  return best;
}

/** Whether the turn of the running hart is not over. */
function goesOn(): bool {
  return hart.state == RUNNING && hart.cycle < min<u64>(turnEnd, nextEvent());
}

/** With several harts a turn that was stopped is done to its end before a limit counts, as it would be without the stop. */
function isWithinTurn(): bool {
  return hartCount > 1 && goesOn();
}

/** Make a hart the running one. Its turn ends a slice from here, unless it goes on with one. */
function beginOrGoOn(number: u32): void {
  if (!goesOn()) turnEnd = hartCount == 1 ? NEVER : hartAt(number).cycle + slice;
  if (number == hartNumber) return;
  selectHart(number);
  updateWindow();
}

function earliestCycle(): u64 {
  let earliest = NEVER;
  for (let number: u32 = 0; number < hartCount; number++) {
    const other = hartAt(number);
    if (other.state == ASLEEP || other.state == STOPPED) continue;
    earliest = min<u64>(earliest, other.cycle);
  }
  return earliest;
}

/** With one hart the host's limit is exact; with several it must not change who runs when. */
function turnLimit(cycle: u64, event: u64, until: u64): u64 {
  const most = min<u64>(cycle + LONGEST_TURN, stepLimit(cycle));
  const end = min<u64>(min<u64>(event, turnEnd), most);
  return hartCount == 1 ? min<u64>(end, until) : end;
}

/** Let the running hart run to a cycle. Returns the cycles it has run. */
function turn(end: u64): i64 {
  const first = hart.cycle;
  clearYield();
  beginTurn(first, end);
  if (hart.state == WAKING) wakeUp();
  // A line that went up just now is seen at the end of the next instruction.
  else if (interruptible() && !takeInterrupt()) beginTurn(first, first + 1);
  if (wanted == NO_STOP) stopAtStep();
  if (wanted == NO_STOP) execute(begin());
  hart.cycle = hartCycle();
  if (wanted == STOP_Watch) setTime(hart.cycle);
  if (yielded) turnEnd = 0;
  return hart.cycle - first;
}

function wakeUp(): void {
  hart.state = RUNNING;
  if (interruptible()) {
    setBudget(budget - wakeHandlerCost);
    wakeInterrupt();
  } else {
    setBudget(budget - wakeCost);
  }
}

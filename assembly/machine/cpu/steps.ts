/**
 * Positions within a run that no cycle names: "in front of step n of a hart" and "in front of event n". A step is an instruction that was
 * retired or that trapped. With several harts a turn runs on behind a limit, so that only this stops in front of a given instruction.
 * The stop is not state: whoever goes on from it takes the same course as a run that was never stopped.
 */
import { NEVER, eventCount, hartCycle, setTime } from '../clock';
import { STOP_Step } from '../generated/stops';
import { EXCEPTIONS, EXCEPTIONS_BYTES, MAX_HARTS } from '../layout';
import { requestStop } from '../stop';
import { hart, hartAt, hartNumber, interruptible } from './hart';

/** Stands for a hart where events are counted, and where nothing is. */
const EVENTS: u32 = 0xff;
const NOBODY: u32 = 0xfe;

/** Goals that can be set at the same time. */
const SLOTS: u32 = 3;

const owners = new StaticArray<u32>(SLOTS);
const goals = new StaticArray<u64>(SLOTS);

/** Forget the goals, and what was counted. */
export function resetSteps(): void {
  for (let slot: u32 = 0; slot < SLOTS; slot++) unchecked((owners[slot] = NOBODY));
  memory.fill(EXCEPTIONS, 0, EXCEPTIONS_BYTES);
}

/** An exception of the running hart: its instruction is a step that does not retire. */
export function countException(): void {
  const at = EXCEPTIONS + 8 * <usize>hartNumber;
  store<u64>(at, load<u64>(at) + 1);
}

/** Let a hart have had so many exceptions: what a snapshot has brought. */
export function setExceptions(number: u32, count: u64): void {
  if (number < MAX_HARTS) store<u64>(EXCEPTIONS + 8 * <usize>number, count);
}

/** Steps a hart has done since the machine was made. */
export function stepsOf(number: u32): u64 {
  return hartAt(number).retired + load<u64>(EXCEPTIONS + 8 * <usize>number);
}

/**
 * Let runs stop before a hart does more than `count` steps, or before more than `count` events are handled.
 * @param slot 0 to 2, of goals that hold at the same time; of those reached together the first is told first
 * @param number a hart, 255 for events, 254 to take the goal away
 */
export function stopBefore(slot: u32, number: u32, count: u64): void {
  if (slot >= SLOTS) return;
  unchecked((owners[slot] = number));
  unchecked((goals[slot] = count));
}

/** Stop if the next event is one to stop in front of. */
export function stopAtEvent(cycle: u64): bool {
  for (let slot: u32 = 0; slot < SLOTS; slot++) {
    if (unchecked(owners[slot]) != EVENTS || unchecked(goals[slot]) != eventCount) continue;
    setTime(cycle);
    requestStop(STOP_Step, slot);
    return true;
  }
  return false;
}

/** The latest end of a turn of the running hart from `cycle` on that cannot pass a goal: no step takes less than a cycle. */
export function stepLimit(cycle: u64): u64 {
  let limit = NEVER;
  for (let slot: u32 = 0; slot < SLOTS; slot++) {
    if (unchecked(owners[slot]) != hartNumber) continue;
    const done = stepsOf(hartNumber);
    const goal = unchecked(goals[slot]);
    if (goal >= done) limit = min<u64>(limit, cycle + (goal - done));
  }
  return limit;
}

/** Stop if the running hart, whose interrupts have been taken, stands in front of the step. */
export function stopAtStep(): void {
  for (let slot: u32 = 0; slot < SLOTS; slot++) {
    if (unchecked(owners[slot]) != hartNumber) continue;
    if (stepsOf(hartNumber) != unchecked(goals[slot])) continue;
    stand();
    requestStop(STOP_Step, slot, hart.pc);
    return;
  }
}

/** Make the state of a hart that stops between two instructions one and the same, whichever way led there. */
export function stand(): void {
  setTime(hartCycle());
  if (!interruptible()) hart.bubble = 0;
}

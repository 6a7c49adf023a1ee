/**
 * A coroutine keeps only what it needs later: its frame. Watch: the walk of
 * stackful.ts again; every level of the recursion is a coroutine of its own
 * that waits for the next one, and a resumption enters the innermost
 * directly. A thousand coroutines that wait cost less than four stacks.
 */
import { TaskSource, print } from 'nothread/guest';

let current = 0;
let turn = new TaskSource<i32>();

/** In order; waits for its turn at every value. */
async function walk(from: i32, to: i32): Promise<void> {
  if (from > to) return;
  const middle = (from + to) / 2;
  await walk(from, middle - 1);
  current = middle;
  await turn.task;
  await walk(middle + 1, to);
}

function next(): void {
  const now = turn;
  turn = new TaskSource<i32>();
  now.complete(0);
}

async function wait(source: TaskSource<i32>): Promise<i32> {
  const kept = current;
  return kept + (await source.task);
}

export async function main(): Promise<void> {
  const all = walk(1, 15);
  let values = '';
  while (!all.isCompleted) {
    values += `${current} `;
    next();
  }
  await all;
  print(values.trimEnd());

  const source = new TaskSource<i32>();
  const waiters: Promise<i32>[] = [];
  for (let index = 0; index < 1000; index++) waiters.push(wait(source));
  // Frames of one function lie side by side.
  const bytes =
    changetype<usize>(waiters[1]) - changetype<usize>(waiters[0]);
  print(`1000 waiting coroutines: ${bytes} bytes each`);
  source.complete(1);
  let sum = 0;
  for (const waiter of waiters) sum += await waiter;
  print(`sum: ${sum}`);
}

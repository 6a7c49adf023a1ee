/**
 * How a program begins and ends. The compiler's entry file calls one of the two functions below.
 */
import { reportFailures } from './failures';
import { reportLeaks } from './lifetime';
import { Invoke, serveMailbox } from './mailbox';
import { pool } from './poolState';
import { beginWork, requirePort, runWorker } from './workers';
import { exit } from './system';
import { Task } from './task';
import { thisThread } from './threadBlock';
import { checkStart, uncaught } from './unwind';

/** Run a program that blocks: `main` gives its exit code. */
export function runThread(main: () => i32): void {
  checkStart();
  try {
    end(main());
  } catch (error) {
    uncaught(error);
  }
}

/**
 * Run a program of tasks; never returns. `start` calls an async main and gives its task, or 0 if there is none; the program ends
 * when that task is completed. `serves` says whether the host may start functions through `invoke`.
 */
export function runTasks(start: () => usize, hasCode: bool, invoke: Invoke, serves: bool): void {
  checkStart();
  requirePort();
  pool.workers = 1;
  beginWork(thisThread());
  if (serves) serveMailbox(invoke);
  const main = start();
  if (main != 0) exitAfter(main, hasCode);
  runWorker();
}

async function exitAfter(main: usize, hasCode: bool): Promise<void> {
  let code = 0;
  try {
    if (hasCode) code = await changetype<Task<i32>>(main);
    else await changetype<Task<void>>(main);
  } catch (error) {
    uncaught(error);
  }
  end(code);
}

/** Report what was left behind, and end the program. */
function end(code: i32): void {
  reportFailures();
  reportLeaks();
  exit(code);
}

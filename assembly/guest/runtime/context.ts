/**
 * Where continuations go that must not run just anywhere: a `SynchronizationContext` belongs to a thread, and what awaits there
 * continues through its `post` (N7.7). Schedulers of one's own are classes with another `post`.
 */
import { Continuation } from './continuation';
import { thisThread } from './threadBlock';

/** A scheduler for continuations. */
export abstract class SynchronizationContext {
  /** Take a continuation, from any thread; it is to be `run()` once, later, on a thread that has this context. */
  abstract post(continuation: Continuation): void;

  /** The context of the calling thread; null on threads of the pool. */
  static get current(): SynchronizationContext | null {
    return changetype<SynchronizationContext | null>(thisThread().context);
  }

  static set current(context: SynchronizationContext | null) {
    thisThread().context = changetype<usize>(context);
  }
}

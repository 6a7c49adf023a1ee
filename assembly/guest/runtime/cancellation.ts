/**
 * Cancellation (N7.11): one way, and cooperative. Callbacks run synchronously in `cancel`, the newest first; a callback that is registered
 * too late runs at once; to dispose of a registration waits for its callback if that runs on another thread.
 */
import { lock, unlock } from './lock';
import { amoSwap } from './rv';
import { settled } from './settled';
import { yieldThread } from './system';
import { sleep } from './timer';
import { thisThread } from './threadBlock';

/** Several errors in one. */
export class AggregateError extends Error {
  constructor(readonly errors: Error[]) {
    super(errors.length.toString() + ' errors, the first: ' + errors[0].message);
    this.name = 'AggregateError';
  }
}

/** A callback of a token. */
export class CancellationRegistration {
  next: CancellationRegistration | null = null;
  previous: CancellationRegistration | null = null;

  constructor(
    private readonly source: CancellationSource | null,
    readonly callback: () => void,
  ) {}

  /** Withdraw the callback. When this returns it runs no more, unless it is the caller itself. */
  dispose(): void {
    const source = this.source;
    if (source) source.withdraw(this);
  }
}

/** What an operation looks at to learn that it is not wanted any more. */
export class CancellationToken {
  constructor(private readonly source: CancellationSource) {}

  /** Whether cancellation was asked for. */
  get isCancelled(): bool {
    return this.source.isCancelled;
  }

  /** Call `callback` when cancellation is asked for; at once if it was. */
  register(callback: () => void): CancellationRegistration {
    return this.source.register(callback);
  }
}

/** Who asks for cancellation. */
export class CancellationSource {
  private made: CancellationToken | null = null;
  private state: u32 = 0;
  private guard: u32 = 0;
  private newest: CancellationRegistration | null = null;
  /** The callback that runs now, and its thread. */
  private running: CancellationRegistration | null = null;
  private canceller: usize = 0;

  /** A source that is cancelled when one of the tokens is, and by itself. */
  static linked(first: CancellationToken, second: CancellationToken): CancellationSource {
    const source = new CancellationSource();
    const cancel = (): void => source.cancel();
    const a = first.register(cancel);
    const b = second.register(cancel);
    // Parents may live for long: they forget a child that is cancelled.
    source.register((): void => {
      a.dispose();
      b.dispose();
    });
    return source;
  }

  /** What to give to operations. */
  get token(): CancellationToken {
    if (!this.made) this.made = new CancellationToken(this);
    return this.made!;
  }

  /** Whether `cancel` was called. */
  get isCancelled(): bool {
    return this.state != 0;
  }

  /** Ask for cancellation and run the callbacks. Only the first call does something. Throws what the callbacks threw, at the end. */
  cancel(): void {
    if (amoSwap(changetype<usize>(this) + offsetof<CancellationSource>('state'), 1)) return;
    this.canceller = changetype<usize>(thisThread());
    const errors: Error[] = [];
    for (let next = this.take(); next; next = this.take()) {
      const callback = next.callback;
      try {
        callback();
      } catch (error) {
        errors.push(error);
      }
    }
    if (errors.length > 0) throw new AggregateError(errors);
  }

  /** The newest callback, which runs now. */
  private take(): CancellationRegistration | null {
    this.enter();
    const next = this.newest;
    this.running = next;
    if (next) this.unlink(next);
    this.leave();
    return next;
  }

  /** Cancel after `duration` nanoseconds, unless the source is cancelled before. */
  async cancelAfter(duration: i64): Promise<void> {
    await settled<void>(sleep(duration, this.token));
    this.cancel();
  }

  register(callback: () => void): CancellationRegistration {
    const registration = new CancellationRegistration(this, callback);
    this.enter();
    const isLate = this.isCancelled;
    if (!isLate) {
      registration.next = this.newest;
      if (this.newest) this.newest!.previous = registration;
      this.newest = registration;
    }
    this.leave();
    if (isLate) callback();
    return registration;
  }

  withdraw(registration: CancellationRegistration): void {
    this.enter();
    if (registration.previous || this.newest === registration) this.unlink(registration);
    this.leave();
    if (this.canceller == changetype<usize>(thisThread())) return;
    while (this.running === registration) yieldThread();
  }

  private unlink(registration: CancellationRegistration): void {
    const previous = registration.previous;
    const next = registration.next;
    if (previous) previous.next = next;
    else this.newest = next;
    if (next) next.previous = previous;
    registration.next = null;
    registration.previous = null;
  }

  private enter(): void {
    lock(changetype<usize>(this) + offsetof<CancellationSource>('guard'));
  }

  private leave(): void {
    unlock(changetype<usize>(this) + offsetof<CancellationSource>('guard'));
  }
}

/**
 * Handles of the kernel with who uses them: pending requests, waits, and threads in a call. A handle that is closed meanwhile, closed
 * twice, or used afterwards is caught where that happens, with the lines of both sides.
 */
import { LifetimeError, findUser } from './lifetime';
import { callText } from './places';
import { amoAdd } from './rv';
import { closeHandle } from './system';
import { thisThread } from './threadBlock';

/** A handle of the kernel. */
export class Handle {
  private users: i32 = 0;
  private isClosed: bool = false;
  /** Where it was closed. */
  private closer: usize = 0;
  private closerLine: u32 = 0;

  /** @param kind what it is a handle of, with its article: `A socket` */
  constructor(
    readonly value: u32,
    private readonly kind: string,
  ) {}

  /** A request or wait begins, which ends with `leave`. */
  enter(): void {
    if (this.isClosed) this.refuse('used after it was closed at ');
    amoAdd(changetype<usize>(this) + offsetof<Handle>('users'), 1);
  }

  leave(): void {
    amoAdd(changetype<usize>(this) + offsetof<Handle>('users'), -1);
  }

  /** The calling thread is about to block in a call with the handle, until `leaveThread`. */
  enterThread(): void {
    this.enter();
    thisThread().uses = changetype<usize>(this);
  }

  leaveThread(): void {
    thisThread().uses = 0;
    thisThread().place = 0;
    this.leave();
  }

  /** Close the handle. Throws a `LifetimeError` if it is closed, or if somebody uses it. */
  close(): void {
    if (this.isClosed) this.refuse('closed twice, first at ');
    if (this.users > 0) {
      throw new LifetimeError(`${this.kind} was closed that ${findUser(this)}`);
    }
    this.abort();
  }

  /** Close the handle whoever uses it: the kernel cancels the requests. Throws a `LifetimeError` if it is closed. */
  abort(): void {
    if (this.isClosed) this.refuse('closed twice, first at ');
    const thread = thisThread();
    this.isClosed = true;
    this.closer = thread.place;
    this.closerLine = thread.placeLine;
    closeHandle(this.value);
  }

  private refuse(what: string): void {
    const closer = callText(this.closer, this.closerLine);
    throw new LifetimeError(`${this.kind} was ${what}${closer}`);
  }
}

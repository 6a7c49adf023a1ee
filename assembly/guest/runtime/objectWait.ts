/**
 * Waiting for an object of the kernel without a thread: a wait completion packet turns its signal into a packet of the pool's port.
 */
import { CancellationRegistration, CancellationToken } from './cancellation';
import {
  STATUS_SUCCESS,
  SYS_NtAssociateWaitCompletionPacket,
  SYS_NtCancelWaitCompletionPacket,
  SYS_NtCreateWaitCompletionPacket,
} from './generated/syscalls';
import { Handle } from './handle';
import { KEY_OBJECT } from './keys';
import { callText, led } from './places';
import { require } from './require';
import { closeHandle, system } from './system';
import { cancelTask, completeVoidTask } from './completion';
import { Task, setOperation } from './task';
import { cancelledTask, newTask } from './taskRecords';
import { thisThread } from './threadBlock';
import { amoAdd } from './rv';
import { requirePort } from './workers';

/** One wait for one object. */
export class ObjectWait {
  private readonly packet: u32;
  private readonly task: Task<void> = newTask<void>();
  private registration: CancellationRegistration | null = null;
  private holders: i32 = 2;
  /** Where the program has called. */
  private maker: usize = 0;
  private makerLine: u32 = 0;

  private constructor(readonly handle: Handle) {
    const thread = thisThread();
    this.maker = thread.place;
    this.makerLine = thread.placeLine;
    thread.place = 0;
    handle.enter();
    require(system(
      SYS_NtCreateWaitCompletionPacket,
      thread.scratch,
    ), 'Cannot create a wait packet');
    this.packet = load<u32>(thread.scratch);
    // The task keeps this record alive until the packet has come.
    setOperation(changetype<usize>(this.task), 0, changetype<usize>(this));
  }

  /** Completes when the object is signalled, whose signal it takes. Cancelled by the token, it takes nothing. */
  static begin(object: Handle, token: CancellationToken | null): Task<void> {
    if (token && token.isCancelled) return cancelledTask<void>();
    const wait = new ObjectWait(object);
    // The packet may come, on another thread, as soon as it is associated: what it needs is there before.
    if (token) wait.registration = token.register((): void => wait.withdraw());
    wait.associate();
    // A cancellation that came before found nothing to withdraw.
    if (token && token.isCancelled) wait.withdraw();
    wait.drop();
    return wait.task;
  }

  /** Whoever is the last to be done, who began the wait or who ended it, gives the packet back. */
  private drop(): void {
    const holders = changetype<usize>(this) + offsetof<ObjectWait>('holders');
    if (amoAdd(holders, -1) == 1) closeHandle(this.packet);
  }

  private associate(): void {
    const status = system(
      SYS_NtAssociateWaitCompletionPacket,
      this.packet,
      requirePort(),
      this.handle.value,
      KEY_OBJECT,
      changetype<usize>(this),
      0,
    );
    require(status, 'Cannot wait for an object');
  }

  /** Take the packet back; one of those that try it succeeds, unless the packet is under way. */
  private withdraw(): void {
    if (system(SYS_NtCancelWaitCompletionPacket, this.packet, 0) != STATUS_SUCCESS) return;
    this.end();
    cancelTask(changetype<usize>(this.task), false);
  }

  /** The packet has come. */
  arrive(): void {
    this.end();
    completeVoidTask(this.task);
  }

  private end(): void {
    const registration = this.registration;
    if (registration) registration.dispose();
    this.handle.leave();
    this.drop();
  }

  /** `a wait uses, begun at serve (echo.ts:12)`. */
  describe(): string {
    return 'a wait uses' + led(', begun at ', callText(this.maker, this.makerLine));
  }
}

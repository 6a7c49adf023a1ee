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
import { KEY_OBJECT } from './keys';
import { require } from './require';
import { closeHandle, system } from './system';
import { Task, cancelTask, cancelledTask, completeVoidTask, newTask, setOperation } from './task';
import { thisThread } from './threadBlock';
import { requirePort } from './workers';

/** One wait for one object. */
export class ObjectWait {
  private readonly packet: u32;
  private readonly task: Task<void> = newTask<void>();
  private registration: CancellationRegistration | null = null;

  constructor(object: u32) {
    const scratch = thisThread().scratch;
    require(system(SYS_NtCreateWaitCompletionPacket, scratch), 'Cannot create a wait packet');
    this.packet = load<u32>(scratch);
    // The task keeps this record alive until the packet has come.
    setOperation(changetype<usize>(this.task), 0, changetype<usize>(this));
    const status = system(
      SYS_NtAssociateWaitCompletionPacket,
      this.packet,
      requirePort(),
      object,
      KEY_OBJECT,
      changetype<usize>(this),
      0,
    );
    require(status, 'Cannot wait for an object');
  }

  /** Completes when the object is signalled, whose signal it takes. Cancelled by the token, it takes nothing. */
  static begin(object: u32, token: CancellationToken | null): Task<void> {
    if (token && token.isCancelled) return cancelledTask<void>();
    const wait = new ObjectWait(object);
    if (token) wait.registration = token.register((): void => wait.withdraw());
    return wait.task;
  }

  private withdraw(): void {
    if (system(SYS_NtCancelWaitCompletionPacket, this.packet, 0) != STATUS_SUCCESS) return;
    closeHandle(this.packet);
    cancelTask(changetype<usize>(this.task), false);
  }

  /** The packet has come. */
  arrive(): void {
    const registration = this.registration;
    if (registration) registration.dispose();
    closeHandle(this.packet);
    completeVoidTask(this.task);
  }
}

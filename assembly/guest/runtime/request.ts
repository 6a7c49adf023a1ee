/**
 * One request to a device: the status block and the request structure that the kernel reads and writes, and the task that it
 * completes.
 */
import { CancellationRegistration, CancellationToken } from './cancellation';
import {
  FILE_COMPLETION_INFORMATION_BYTES,
  FILE_SKIP_COMPLETION_PORT_ON_SUCCESS,
  FILE_SKIP_SET_EVENT_ON_HANDLE,
  FileCompletionInformation,
  FileIoCompletionNotificationInformation,
  STATUS_CANCELLED,
  STATUS_PENDING,
  SYS_NtCancelIoFileEx,
  SYS_NtCreateFile,
  SYS_NtDeviceIoControlFile,
  SYS_NtSetInformationFile,
} from './generated/syscalls';
import { TRACE_operation_begin } from './generated/trace';
import { Handle } from './handle';
import { KEY_REQUEST } from './keys';
import { LifetimeError, awaiterOf } from './lifetime';
import { callText, led } from './places';
import { requirePort } from './workers';
import { amoSwap, hint2 } from './rv';
import { require } from './require';
import { isError, system } from './system';
import { cancelTask, completeTask } from './completion';
import { Task, setOperation } from './task';
import { cancelledTask, completedTask, newTask } from './taskRecords';
import { thisThread } from './threadBlock';

/** In place of a task: the request was over before it had one. */
const DONE: usize = 1;
/** In place of a task: the request is being made. */

/** A request and its outcome. The fields up to `port` are IO_STATUS_BLOCK and AFD_DATAGRAM, in the kernel's order. */
export class Request {
  /** NTSTATUS of the request. */
  status: u32 = 0;
  /** Bytes transferred. */
  information: u32 = 0;
  /** Number of the operation in the trace. */
  operation: u32 = 0;
  buffer: usize = 0;
  bytes: u32 = 0;
  /** IPv4 address of the other side, for instance 0x0a000202. */
  address: u32 = 0;
  /** UDP port of the other side. */
  port: u32 = 0;
  /** The task while the request is pending: completed with the bytes transferred, or with the (negative) status. */
  protected task: usize = 0;
  private registration: CancellationRegistration | null = null;
  /** The file while the request is pending. */
  handle: Handle | null = null;
  /** Where the program has made it. */
  private maker: usize = 0;
  private makerLine: u32 = 0;

  /** Begin the request on an overlapped file; the returned task is completed when it is done. */
  begin(
    file: Handle,
    code: u32,
    structure: usize,
    token: CancellationToken | null = null,
  ): Task<i32> {
    const block = this.prepare(file);
    if (token && token.isCancelled) return this.cancelled();
    const status = system(SYS_NtDeviceIoControlFile, file.value, 0, block, block, code, structure);
    return this.issued(status, file, token);
  }

  /** The same for a call that moves data; `structure` is FILE_TRANSFER. */
  beginTransfer(
    call: u32,
    file: Handle,
    structure: usize,
    token: CancellationToken | null,
  ): Task<i32> {
    const block = this.prepare(file);
    if (token && token.isCancelled) return this.cancelled();
    return this.issued(system(call, file.value, 0, block, block, structure), file, token);
  }

  private prepare(file: Handle): usize {
    if (this.handle) this.refuse();
    file.enter();
    const thread = thisThread();
    this.handle = file;
    this.maker = thread.place;
    this.makerLine = thread.placeLine;
    thread.place = 0;
    this.task = 0;
    this.registration = null;
    return changetype<usize>(this);
  }

  private refuse(): void {
    throw new LifetimeError('A datagram was used that ' + this.describe('has', this.task));
  }

  /** The token was cancelled before. */
  private cancelled(): Task<i32> {
    this.leave();
    return cancelledTask<i32>();
  }

  /** The kernel has nothing of it any more. */
  private leave(): void {
    const file = this.handle;
    this.handle = null;
    if (file) file.leave();
  }

  /** `request 3 of the kernel has, made at serve (echo.ts:12)`; `task` is the one that it completes. */
  describe(verb: string, task: usize): string {
    const made = callText(this.maker, this.makerLine);
    const awaiter = awaiterOf(task);
    const waits = awaiter == made ? '' : led(', awaited by ', awaiter);
    return `request ${this.operation} of the kernel ${verb}${led(', made at ', made)}${waits}`;
  }

  /** What the kernel said to a request. */
  private issued(status: u32, file: Handle, token: CancellationToken | null): Task<i32> {
    // Errors and successes at once send no packet (FILE_SKIP_COMPLETION_PORT_ON_SUCCESS).
    if (status != STATUS_PENDING) return this.finished(status);
    const task = newTask<i32>();
    this.name(task);
    // Another thread may have had the packet already.
    const place = changetype<usize>(this) + offsetof<Request>('task');
    if (token) this.cancelBy(token, file);
    if (amoSwap(place, changetype<usize>(task)) == DONE) this.end(changetype<usize>(task));
    return task;
  }

  /** Cancel the request in the kernel when the token is cancelled; its packet then says what became of it. */
  private cancelBy(token: CancellationToken, file: Handle): void {
    const block = changetype<usize>(this);
    this.registration = token.register((): void => {
      system(SYS_NtCancelIoFileEx, file.value, block);
    });
  }

  private end(task: usize): void {
    const registration = this.registration;
    this.registration = null;
    if (registration) registration.dispose();
    this.leave();
    if (registration && this.status == STATUS_CANCELLED) cancelTask(task, true);
    else completeTask<i32>(changetype<Task<i32>>(task), this.outcome());
  }

  /** A task for a request that was over at once. */
  private finished(status: u32): Task<i32> {
    this.status = status;
    this.leave();
    const task = completedTask<i32>(this.outcome());
    this.name(task);
    return task;
  }

  private name(task: Task<i32>): void {
    setOperation(changetype<usize>(task), this.operation, changetype<usize>(this));
    if (this.operation) hint2(TRACE_operation_begin, this.operation, changetype<usize>(task));
  }

  private outcome(): i32 {
    return isError(this.status) ? <i32>this.status : <i32>this.information;
  }

  /** Make the request on a file whose calls block. Returns bytes transferred, or the (negative) status. */
  call(file: Handle, code: u32, structure: usize): i32 {
    const block = changetype<usize>(this);
    file.enterThread();
    const status = system(SYS_NtDeviceIoControlFile, file.value, 0, 0, block, code, structure);
    file.leaveThread();
    return isError(status) ? status : this.information;
  }

  /** The outcome is known. */
  complete(status: u32, information: u32): void {
    this.status = status;
    this.information = information;
    const task = amoSwap(changetype<usize>(this) + offsetof<Request>('task'), DONE);
    if (task) this.end(task);
  }
}

/** Open a device, `kind` in words; with options 0 its requests are overlapped and their completions go to the pool's port. */
export function openDevice(name: string, kind: string, options: u32): Handle {
  const handle = thisThread().scratch;
  const status = system(
    SYS_NtCreateFile,
    handle,
    changetype<usize>(name),
    name.length << 1,
    options,
  );
  require(status, 'Cannot open ' + name);
  const file = load<u32>(handle);
  if (options == 0) associate(file);
  return new Handle(file, kind);
}

/** Send completions of the file's requests to the pool's port. */
export function associate(file: u32): void {
  const scratch = thisThread().scratch;
  store<u32>(scratch, requirePort(), 8);
  store<u32>(scratch, KEY_REQUEST, 12);
  setInformation(file, scratch + 8, FILE_COMPLETION_INFORMATION_BYTES, FileCompletionInformation);
  store<u32>(scratch, FILE_SKIP_COMPLETION_PORT_ON_SUCCESS | FILE_SKIP_SET_EVENT_ON_HANDLE, 8);
  setInformation(file, scratch + 8, 4, FileIoCompletionNotificationInformation);
}

function setInformation(file: u32, information: usize, bytes: u32, what: u32): void {
  const scratch = thisThread().scratch;
  const status = system(SYS_NtSetInformationFile, file, scratch + 16, information, bytes, what);
  require(status, 'Cannot bind a file to the thread pool');
}

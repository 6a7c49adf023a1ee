/**
 * Declarations of the runtime for editors and tsc.
 */
declare module 'nothread/guest' {
  /** The console under its usual name; all levels go to the same place. */
  export namespace console {
    /** Write a value and a line break; anything but a string is written by its `toString()`. */
    export function log<T>(value: T): void;
    export function info<T>(value: T): void;
    export function warn<T>(value: T): void;
    export function error<T>(value: T): void;
  }

  /** Write a value and a line break; anything but a string is written by its `toString()`. */
  export function print<T>(value: T): void;

  /** Write text without a line break. */
  export function write(text: string): void;

  /** The number given to this run under `name` (`--param name=value`), or `fallback`. */
  export function parameter(name: string, fallback: u32): u32;

  /** The threads that run continuations. One is there as soon as something asynchronous begins. */
  export class ThreadPool {
    /** Number of threads. */
    static readonly threads: u32;
    /** Add threads until there are `count`; there is no way back. More than one helps when continuations block. */
    static setThreads(count: u32): void;
  }

  /** Sender and length of a datagram that was received, or receiver and length of one to send. */
  export class Datagram {
    /** NTSTATUS of the last request. */
    status: u32;
    /** IPv4 address of the other side, for instance 0x0a000202. */
    address: u32;
    /** UDP port of the other side. */
    port: u32;
    /** Bytes received; negative is the NTSTATUS of a failure. */
    readonly length: i32;
  }

  /** A UDP socket. Its calls are either all asynchronous (`bind`) or all blocking (`bindBlocking`). */
  export class UdpSocket {
    private constructor();
    /** The local port. */
    readonly port: u32;
    /** A socket for `receiveFrom` and `sendTo` on a local port; 0 is any free port. Ends the program if the port is in use. */
    static bind(port: u32): UdpSocket;
    /** A socket for `receiveFromBlocking` and `sendToBlocking`; no completion port takes part. */
    static bindBlocking(port: u32): UdpSocket;
    /**
     * Wait for a datagram and put it into `buffer`; what does not fit is cut off. The buffer belongs to the kernel until then.
     * The result is the number of bytes, or a negative NTSTATUS; the sender is written to `from`.
     */
    receiveFrom(buffer: Uint8Array, from: Datagram): Promise<i32>;
    /** Send the first `length` bytes of `buffer` to where `to` came from. The result is `length`, or a negative NTSTATUS. */
    sendTo(buffer: Uint8Array, length: i32, to: Datagram): Promise<i32>;
    /** As `receiveFrom`, but the calling thread waits. */
    receiveFromBlocking(buffer: Uint8Array, from: Datagram): i32;
    /** As `sendTo`, but the calling thread waits. `to` is used for the request itself. */
    sendToBlocking(buffer: Uint8Array, length: i32, to: Datagram): i32;
    /** Close the socket; requests that still wait are cancelled. */
    close(): void;
  }

  /** Cycles per second. */
  export function clockHz(): u64;
  /** Cycles since the machine was reset. */
  export function cycles(): u64;
  /** End the program with an exit code from 0 to 255. */
  export function exit(code: i32): void;
  /** IPv4 address of this machine: 10.0.2.15 is 0x0a00020f. */
  export function ownAddress(): u32;

  /** The result of an asynchronous operation: another name of `Promise`. */
  export type Task<T> = Promise<T>;

  /** A task that the program completes itself: the way from callbacks to `await`. */
  export class TaskSource<T> {
    /** The task to await. */
    readonly task: Promise<T>;
    /** Give the task its result and resume who awaits it. To be called once. */
    complete(value: T): void;
    /** Give the task its result, unless it has one. Returns whether this call did it. */
    tryComplete(value: T): bool;
  }

  /** A thread whose routine may block. */
  export class Thread {
    private constructor();
    /**
     * Start a thread that calls `routine` with `argument`. While threads of this kind run,
     * memory that is not used any more is not collected.
     * @param stackBytes size of the stack; 0 is 16 KiB
     */
    static start<T>(routine: (argument: T) => void, argument: T, stackBytes?: u32): Thread;
    /** Block the calling thread until this one has ended. */
    join(): void;
  }

  /** Durations in nanoseconds: `await sleep(2 * millisecond)`. */
  export const nanosecond: i64;
  export const microsecond: i64;
  export const millisecond: i64;
  export const second: i64;
  /** Nanoseconds since the machine was reset. */
  export function now(): i64;
  /** Completes after `duration` nanoseconds, at the earliest; the kernel's clock has steps of 100 ns. */
  export function sleep(duration: i64): Promise<void>;
  /** Block the calling thread for `duration` nanoseconds. */
  export function sleepBlocking(duration: i64): void;

  /** Completes when all `tasks` are completed; their results are then at hand without waiting. */
  export function whenAll<T>(tasks: Promise<T>[]): Promise<void>;
  /** The index of the first of `tasks` that is completed. The others go on. */
  export function whenAny<T>(tasks: Promise<T>[]): Promise<i32>;

  /** A number of permits that coroutines wait for. Waiters are served in the order in which they came. */
  export class AsyncSemaphore {
    /**
     * @param available permits at the beginning
     * @param maximum permits there can be
     */
    constructor(available: i32, maximum?: i32);
    /** Permits nobody has taken. */
    readonly count: i32;
    /** Take a permit, as soon as there is one. */
    wait(): Promise<void>;
    /** Give a permit back; the longest waiting coroutine gets it. Ends the program if there are more than the maximum. */
    release(): void;
  }

  /** Mutual exclusion of coroutines. It belongs to no thread: any continuation may unlock it. */
  export class AsyncMutex {
    /** Whether somebody holds it. */
    readonly isLocked: bool;
    /** Completes when the caller holds the mutex. */
    lock(): Promise<void>;
    /** Give the mutex to the coroutine that has waited longest. */
    unlock(): void;
  }

  /** A queue of bounded length between coroutines. */
  export class Channel<T> {
    /** @param capacity values that may wait to be received, at least 1 */
    constructor(capacity: i32);
    /** Values that wait to be received. */
    readonly length: i32;
    /** Completes when there was room for the value. */
    send(value: T): Promise<void>;
    /** The oldest value, as soon as there is one. */
    receive(): Promise<T>;
  }

  /** Keep the CPU busy for about `count` cycles of the calling thread. */
  export function spend(count: u32): void;
}

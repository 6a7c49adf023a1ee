/**
 * Declarations of the runtime for editors and tsc.
 */
declare module 'nothread/guest' {
  /** The console under its usual name; all levels go to the same place. */
  export namespace console {
    /** Write values with spaces between, and a line break; anything but a string is written by its `toString()`. */
    export function log(...values: unknown[]): void;
    /** The same as `log`. */
    export function info(...values: unknown[]): void;
    /** The same as `log`. */
    export function warn(...values: unknown[]): void;
    /** The same as `log`. */
    export function error(...values: unknown[]): void;
  }

  /** Write a value and a line break; anything but a string is written by its `toString()`. */
  export function print<T>(value: T): void;

  /** Write text without a line break. */
  export function write(text: string): void;

  /** The heap and its collector. Memory that nobody refers to is found while the program goes on. */
  export class Memory {
    private constructor();
    /** Free all that nobody refers to, now. */
    static collect(): void;
    /** Bytes in use, with what nobody refers to but was not found yet. */
    static readonly used: u32;
    /** Cycles of the longest time for which the collector has stopped all threads. */
    static readonly longestPause: u32;
    /** Measure the longest time anew. */
    static resetLongestPause(): void;
    /** How often it has stopped them. */
    static readonly pauses: u32;
    /** Collections that came to their end. */
    static readonly collections: u32;
  }

  /** The number given to this run under `name` (`--param name=value`), or `fallback`. */
  export function parameter(name: string, fallback: u32): u32;

  /** The threads that run continuations. One is there as soon as something asynchronous begins; others come when they are needed. */
  export class ThreadPool {
    /** Number of threads. */
    static readonly threads: u32;
    /** Threads that the pool would have. */
    static readonly goal: u32;
    /** Add threads until there are `count`, the least number from now on. More than one helps when continuations block. */
    static setThreads(count: u32): void;
    /** The least and the most threads; in between the pool decides. The usual least is the number of harts. */
    static setLimits(least: u32, most: u32): void;
    /** Whether idle threads take work from the queues of others. */
    static set stealing(on: bool);
    /** Whether what a thread of the pool queues goes to a queue of its own, newest first. */
    static set localQueues(on: bool);
    /** Whether a thread is added every 500 ms in which work is queued and none of it was begun. */
    static set starvationInjection(on: bool);
    /** Whether threads are added for those that block on tasks. */
    static set blockingCompensation(on: bool);
    /** Whether the number of threads follows the throughput. */
    static set hillClimbing(on: bool);
    /**
     * Threads that only take packets from the port, up to 1024 at once, and queue what they complete as urgent work. Usually none: the
     * pool's threads take packets themselves. To be set before the pool has a second thread; throws otherwise.
     */
    static pollers: u32;
    /** Packets that pollers took. */
    static readonly polled: u32;
    /** The most packets that a poller took at once. */
    static readonly mostPolled: u32;
    /**
     * Call `routine` with `argument` on a thread of the pool.
     * @param prefersLocal whether a thread of the pool queues it for itself, to be begun before older work
     */
    static queue<T>(routine: (argument: T) => void, argument: T, prefersLocal?: bool): void;
    /** The same, in front of all work that is not urgent. */
    static queueUrgent<T>(routine: (argument: T) => void, argument: T): void;
    /**
     * Call `work` on a thread of the pool; the task has its result, or its error. For computations that would hold up who awaits. It may
     * run at the same time as its caller where there is more than one hart.
     */
    static run<T>(work: () => T): Promise<T>;
    /** Items that were taken from the queue for everybody. */
    static readonly globalTakes: u32;
    /** Items that a thread took from its own queue. */
    static readonly localTakes: u32;
    /** Items that a thread took from the queue of another. */
    static readonly steals: u32;
    /** Packets posted to wake an idle thread. */
    static readonly wakes: u32;
    /** Threads added because no work was begun for 500 ms. */
    static readonly injected: u32;
    /** Threads added because others blocked on tasks. */
    static readonly compensated: u32;
  }

  /** Calls on the thread pool that belong together. */
  export class WorkGroup {
    /** Calls that have begun. */
    begun: i32;
    /** Calls that were withdrawn. */
    withdrawn: i32;
    /** Call `routine` on a thread of the pool, unless the group is cancelled before it begins. */
    queue(routine: () => void): void;
    /** Withdraw what has not begun. */
    cancel(): void;
    /** Completes when all calls have returned, or were withdrawn. */
    wait(): Promise<void>;
  }

  /** The rest of a computation that waits. It is to be run once: a second time throws a `LifetimeError`. */
  export class Continuation {
    private constructor();
    /** A continuation that calls `routine`: for state machines and callbacks. */
    static from(routine: () => void): Continuation;
    /** Run it now if this thread may, or queue it for the pool. */
    resume(): void;
    /** Queue it for the pool. */
    queue(): void;
    /** Run it on the calling thread: for schedulers of one's own. */
    run(): void;
  }

  /**
   * A base for classes of one's own that can be awaited. `await` asks for nothing but the three members, so that any class with them can
   * be awaited; this one tells editors the type of the result.
   */
  export abstract class Awaitable<T> implements PromiseLike<T> {
    /** For editors only: it makes `await` know the type. Not there at run time. */
    then(resolved: (value: T) => void): void;
    /** Whether the result is there: then `await` goes on at once. */
    abstract get isCompleted(): bool;
    /** See to it that `continuation` is run once when the result is there; it may be there by now. */
    abstract onCompleted(continuation: Continuation): void;
    /** The value of the `await` expression. */
    abstract getResult(): T;
  }

  /** A scheduler for continuations: what awaits on a thread with a context goes on through the context's `post`. */
  export abstract class SynchronizationContext {
    /** Take a continuation, from any thread; it is to be `run()` once, later, on a thread that has this context. */
    abstract post(continuation: Continuation): void;
    /** The context of the calling thread; null on threads of the pool. */
    static current: SynchronizationContext | null;
  }

  /** A thread that runs what is posted to it, in its order. Without a pool it takes the packets of the port itself. */
  export class EventLoop extends SynchronizationContext {
    /** Continuations that were run. */
    turns: u32;
    /** Times the loop looked for packets. */
    looks: u32;
    /** @param polls whether the loop looks for packets again and again instead of sleeping */
    constructor(polls?: bool);
    /** Queue a continuation behind the others; from any thread. */
    post(continuation: Continuation): void;
    /** Call `begin` on this thread, with the loop as its context, and run continuations until its task is over. Returns the result. */
    run<T>(begin: () => Promise<T>): T;
  }

  /** An event loop that never sleeps: no wake-up costs anything, and the hart is always busy. */
  export class PollingScheduler extends EventLoop {
    /** A scheduler for one thread; `run` starts it. */
    constructor();
  }

  /** Where the continuation of an `await` runs. */
  export enum Resume {
    /** On the thread that completes the task, if that may. */
    inline,
    /** On the thread pool. */
    queued,
  }

  /** Await a task and continue where `how` says instead of in the caller's context. */
  export function resumeOn<T>(task: Promise<T>, how: Resume): PromiseLike<T>;
  /** Wait for the end of a task, be it a result, an error or cancellation. */
  export function settled<T>(task: Promise<T>): PromiseLike<void>;
  /** `await yieldNow()`: go on when everything that is queued by now has had its turn. */
  export function yieldNow(): PromiseLike<void>;

  /** A callback of a token. */
  export class CancellationRegistration {
    private constructor();
    /** Withdraw the callback. When this returns it runs no more, unless it is the caller itself. */
    dispose(): void;
  }

  /** What an operation looks at to learn that it is not wanted any more. */
  export class CancellationToken {
    private constructor();
    /** Whether cancellation was asked for. */
    readonly isCancelled: bool;
    /** Call `callback` when cancellation is asked for; at once if it was. */
    register(callback: () => void): CancellationRegistration;
  }

  /** Who asks for cancellation. */
  export class CancellationSource {
    /** What to give to operations. */
    readonly token: CancellationToken;
    /** Whether `cancel` was called. */
    readonly isCancelled: bool;
    /** A source that is cancelled when one of the tokens is, and by itself. */
    static linked(first: CancellationToken, second: CancellationToken): CancellationSource;
    /**
     * Ask for cancellation and run the callbacks, the newest first. Only the first call does something. Throws what the callbacks threw,
     * at the end, as an `AggregateError`.
     */
    cancel(): void;
    /** Cancel after `duration` nanoseconds, unless the source is cancelled before. */
    cancelAfter(duration: i64): Promise<void>;
  }

  /** Several errors in one. */
  export class AggregateError extends Error {
    /** The errors, in the order in which they came. */
    readonly errors: Error[];
  }

  /**
   * Something was given back while somebody else still had it, used after it was given back, or resumed twice. The message names the other
   * side and its line, the stack the place where it was caught.
   */
  export class LifetimeError extends Error {}

  /**
   * Give a buffer back: it must not be used any more. Throws a `LifetimeError` if a request of the kernel still has it; the error names
   * the line that made the request, and its stack the place of the release.
   */
  export function release(buffer: Uint8Array): void;

  /** A completion port of a program's own: a queue of packets that lets no more threads run than its limit. */
  export class CompletionPort {
    /** @param limit threads that may run at once; 0 is the number of harts */
    constructor(limit?: u32);
    /** Queue a packet with a number. */
    post(key: u32): void;
    /** Packets that are queued. */
    readonly length: u32;
    /** Block the calling thread until it gets a packet; the packet's number. −1 when the port is closed. */
    remove(): i32;
    /** Close the port; threads that wait for packets go on with −1. */
    close(): void;
  }

  /** An open file of the disk's archive. Its calls are either all asynchronous (`open`) or all blocking (`openBlocking`). */
  export class File {
    private constructor();
    /** Open a file by its name in the archive; null if there is none. */
    static open(name: string): File | null;
    /** The same, for `readBlocking`; no completion port takes part. */
    static openBlocking(name: string): File | null;
    /** Length in bytes. */
    readonly size: u32;
    /**
     * Read up to `length` bytes at `offset` into `buffer`, which belongs to the kernel until then. The result is the number of bytes,
     * or a negative NTSTATUS. Ends as cancelled by the token.
     */
    read(
      buffer: Uint8Array,
      length: i32,
      offset: u32,
      token?: CancellationToken | null,
    ): Promise<i32>;
    /** The same; the calling thread waits. */
    readBlocking(buffer: Uint8Array, length: i32, offset: u32): i32;
    /** Close the file. Throws a `LifetimeError` if a request or a thread still waits for it, or if it is closed. */
    close(): void;
  }

  /** A function with a stack of its own, which can give the thread back in the middle of any call. */
  export class Fiber {
    /** A fiber that will call `routine` when it is first resumed. Stack of `stackBytes` bytes, usually 16 KiB. */
    constructor(routine: () => void, stackBytes?: u32);
    /** The fiber that runs on this thread, or null. */
    static readonly current: Fiber | null;
    /** Whether the routine has returned. */
    readonly isDone: bool;
    /** Bytes of the stack. */
    readonly stackBytes: u32;
    /** Run the fiber on this thread until it yields or ends. */
    resume(): void;
    /** Give the thread back to who has resumed the running fiber. */
    static yield(): void;
    /** The result of a task; the fiber yields until it is there, and a thread of the pool goes on with it. */
    static await<T>(task: Promise<T>): T;
  }

  /** The error with which `await` of a cancelled task ends. */
  export class OperationCanceledError extends Error {}

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
     * The result is the number of bytes, or a negative NTSTATUS; the sender is written to `from`. Ends as cancelled by the token.
     */
    receiveFrom(buffer: Uint8Array, from: Datagram, token?: CancellationToken | null): Promise<i32>;
    /** Send the first `length` bytes of `buffer` to where `to` came from. The result is `length`, or a negative NTSTATUS. */
    sendTo(buffer: Uint8Array, length: i32, to: Datagram): Promise<i32>;
    /** As `receiveFrom`, but the calling thread waits. */
    receiveFromBlocking(buffer: Uint8Array, from: Datagram): i32;
    /** As `sendTo`, but the calling thread waits. `to` is used for the request itself. */
    sendToBlocking(buffer: Uint8Array, length: i32, to: Datagram): i32;
    /** Close the socket. Throws a `LifetimeError` if a request or a thread still waits for it, or if it is closed. */
    close(): void;
    /** Close the socket; requests that still wait end with STATUS_CANCELLED. Throws a `LifetimeError` if it is closed. */
    abort(): void;
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
    /** @param runsInline whether who awaits the task goes on inside of the call that completes it; if not, it is queued */
    constructor(runsInline?: bool);
    /** The task to await. */
    readonly task: Promise<T>;
    /** Give the task its result and resume who awaits it. To be called once. */
    complete(value: T): void;
    /** Give the task its result, unless it has one. Returns whether this call did it. */
    tryComplete(value: T): bool;
    /** End the task with an error, unless it is over. Returns whether this call did it. */
    tryFail(error: Error): bool;
    /** End the task as cancelled, unless it is over. Returns whether this call did it. */
    tryCancel(): bool;
  }

  /** A thread whose routine may block. */
  export class Thread {
    private constructor();
    /**
     * Start a thread that calls `routine` with `argument`.
     * @param stackBytes size of the stack; 0 is 16 KiB
     */
    static start<T>(routine: (argument: T) => void, argument: T, stackBytes?: u32): Thread;
    /** Block the calling thread until this one has ended. */
    join(): void;
  }

  /** Durations in nanoseconds: `await sleep(2 * millisecond)`. */
  export const nanosecond: i64;
  /** 1,000 nanoseconds. */
  export const microsecond: i64;
  /** 1,000,000 nanoseconds. */
  export const millisecond: i64;
  /** 1,000,000,000 nanoseconds. */
  export const second: i64;
  /** Nanoseconds since the machine was reset. */
  export function now(): i64;
  /**
   * Completes after `duration` nanoseconds, at the earliest; the kernel's clock has steps of 100 ns. Ends as cancelled when the token
   * is cancelled before.
   */
  export function sleep(duration: i64, token?: CancellationToken | null): Promise<void>;
  /** Block the calling thread for `duration` nanoseconds. */
  export function sleepBlocking(duration: i64): void;

  /**
   * Completes when all `tasks` are over; their results are then at hand without waiting. If one failed, this fails with the error of
   * the first that did, else if one was cancelled, this is cancelled.
   */
  export function whenAll<T>(tasks: Promise<T>[]): Promise<void>;
  /** The index of the first of `tasks` that is over, in whichever way. The others go on. */
  export function whenAny<T>(tasks: Promise<T>[]): Promise<i32>;
  /** The result, or the failure, of the first of `tasks` that is over. The others go on. */
  export function race<T>(tasks: Promise<T>[]): Promise<T>;
  /** Whether the task is over within `duration` nanoseconds. It goes on in any case. */
  export function withTimeout<T>(task: Promise<T>, duration: i64): Promise<bool>;

  /** A number of permits that coroutines wait for. Waiters are served in the order in which they came. */
  export class AsyncSemaphore {
    /**
     * @param available permits at the beginning
     * @param maximum permits there can be
     */
    constructor(available: i32, maximum?: i32);
    /** Permits nobody has taken. */
    readonly count: i32;
    /** Number of coroutines that wait. */
    readonly waiting: i32;
    /** Take a permit, as soon as there is one. */
    wait(token?: CancellationToken | null): Promise<void>;
    /** Take a permit; the calling thread waits, and is served before coroutines. */
    waitBlocking(): void;
    /** Give a permit back; the longest waiting coroutine gets it. Ends the program if there are more than the maximum. */
    release(): void;
  }

  /** Mutual exclusion of coroutines. It belongs to no thread: any continuation may unlock it. */
  export class AsyncMutex {
    /** Whether somebody holds it. */
    readonly isLocked: bool;
    /** Completes when the caller holds the mutex. */
    lock(token?: CancellationToken | null): Promise<void>;
    /** Give the mutex to the coroutine that has waited longest. */
    unlock(): void;
  }

  /** A signal that coroutines wait for. */
  export class AsyncEvent {
    /**
     * @param isSet whether it is signalled from the beginning
     * @param resets whether one waiter takes the signal away; if not, it stays until `reset`
     */
    constructor(isSet?: bool, resets?: bool);
    /** Whether it is signalled. */
    readonly isSet: bool;
    /** Number of coroutines that wait. */
    readonly waiting: i32;
    /** Completes when the event is signalled. */
    wait(token?: CancellationToken | null): Promise<void>;
    /** Signal: all waiters go on, or the one that has waited longest if the event resets itself. */
    set(): void;
    /** Take the signal away. */
    reset(): void;
  }

  /** Many readers or one writer. Nobody overtakes: a reader that comes after a waiting writer waits too. */
  export class AsyncReaderWriterLock {
    /** Number of coroutines that wait. */
    readonly waiting: i32;
    /** Completes when the caller may read. */
    lockRead(): Promise<void>;
    /** Completes when the caller is alone. */
    lockWrite(): Promise<void>;
    /** A reader leaves; the longest waiting may come in. */
    unlockRead(): void;
    /** The writer leaves; the longest waiting may come in. */
    unlockWrite(): void;
  }

  /** Something that a `Select` can wait for. */
  export abstract class Selectable {
    /** Whether waiting would not wait. */
    abstract get isReady(): bool;
    /** Complete `source` when it may have become ready. */
    abstract watch(source: TaskSource<i32>): void;
  }

  /** A queue of bounded length between coroutines. */
  export class Channel<T> extends Selectable {
    /** @param capacity values that may wait to be received, at least 1 */
    constructor(capacity: i32);
    /** Values that wait to be received. */
    readonly length: i32;
    /** Whether `close` was called. */
    readonly isClosed: bool;
    /** Whether `receive` would not wait. */
    get isReady(): bool;
    /** Completes when there was room for the value; fails if the channel is closed. */
    send(value: T): Promise<void>;
    /** The oldest value, as soon as there is one; fails when the channel is closed and empty. */
    receive(): Promise<T>;
    /** No more values will be sent: who receives gets those that are there, then an error. */
    close(): void;
    /** Complete `source` when the channel has become ready: for `Select`. */
    watch(source: TaskSource<i32>): void;
    /** `for await (const value of channel)`: the values, until the channel is closed and empty. Each value goes to one receiver. */
    [Symbol.asyncIterator](): AsyncIterator<T>;
  }

  /** A wait for whichever of several things comes first. Nothing is taken from those that were not chosen. */
  export class Select {
    /** Add a channel that may be received from; returns the number of the case. */
    receive<T>(channel: Channel<T>): i32;
    /** Add a task that ends; returns the number of the case. */
    task<T>(task: Promise<T>): i32;
    /** Add a time in nanoseconds from now; returns the number of the case. */
    after(duration: i64): i32;
    /** The number of the first case that is ready; of several, that which was added first. */
    first(): Promise<i32>;
  }

  /** Values over time: `for await (const value of stream)`, or `while (await stream.next()) use(stream.current)`. */
  export abstract class AsyncStream<T> {
    /** The value that the last `next` has brought. */
    current: T;
    /** What `for await` asks for. */
    [Symbol.asyncIterator](): AsyncIterator<T>;
    /** Completes with true when there is a next value, with false at the end. */
    abstract next(): Promise<bool>;
  }

  /** A stream into which values are put, at most `capacity` ahead of who takes them. */
  export class StreamSource<T> extends AsyncStream<T> {
    /** @param capacity values that may be ahead of who takes them, usually 1 */
    constructor(capacity?: i32);
    /** Completes when there was room for the value. */
    put(value: T): Promise<void>;
    /** No more values come. */
    end(): void;
    /** Completes with true when there is a next value, with false at the end. */
    next(): Promise<bool>;
  }

  /** The numbers 0, 1, 2, … one every `period` nanoseconds, `count` of them. */
  export class Interval extends AsyncStream<i32> {
    /**
     * @param period nanoseconds from one number to the next
     * @param count how many numbers, without end if it is left out
     */
    constructor(period: i64, count?: i32);
    /** Completes with true after a period, with false when all numbers have come. */
    next(): Promise<bool>;
  }

  /** Mutual exclusion of threads. It belongs to the thread that took it, which may take it again. */
  export class Mutex {
    /** Block the thread until it owns the mutex. */
    lock(): void;
    /** Release once. Returns false, and does nothing, if the calling thread is not the owner. */
    tryUnlock(): bool;
    /** Release once. Ends the program with an error if the calling thread is not the owner. */
    unlock(): void;
    /** Give the object back. Throws a `LifetimeError` if somebody still waits for it, or if it is closed. */
    close(): void;
  }

  /** A number of permits that threads wait for. */
  export class Semaphore {
    /**
     * @param available permits at the beginning
     * @param maximum permits there can be
     */
    constructor(available: i32, maximum?: i32);
    /** Block the thread until it has a permit. */
    wait(): void;
    /** Completes when there is a permit, and takes it; no thread waits. */
    signalled(token?: CancellationToken | null): Promise<void>;
    /** Give permits back. */
    release(count?: i32): void;
    /** Give the object back. Throws a `LifetimeError` if somebody still waits for it, or if it is closed. */
    close(): void;
  }

  /** A signal that threads wait for. */
  export class Event {
    /**
     * @param isSet whether it is signalled from the beginning
     * @param resets whether one waiter takes the signal away
     */
    constructor(isSet?: bool, resets?: bool);
    /** Block the thread until the event is signalled. */
    wait(): void;
    /** Completes when the event is signalled, and takes the signal if it resets; no thread waits. */
    signalled(token?: CancellationToken | null): Promise<void>;
    /** Signal: waiting threads go on, one of them if the event resets itself. */
    set(): void;
    /** Take the signal away. */
    reset(): void;
    /** Give the object back. Throws a `LifetimeError` if somebody still waits for it, or if it is closed. */
    close(): void;
  }

  /** Keep the CPU busy for about `count` cycles of the calling thread. */
  export function spend(count: u32): void;
}

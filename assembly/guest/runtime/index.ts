/**
 * `nothread/guest`: what programs import.
 */
export { console, print, write } from './console';
export { Memory } from './memory';
export { parameter } from './parameter';
export {
  AggregateError,
  CancellationRegistration,
  CancellationSource,
  CancellationToken,
} from './cancellation';
export { Channel, Select, Selectable } from './channel';
export { SynchronizationContext } from './context';
export { Continuation } from './continuation';
export { EventLoop, PollingScheduler } from './eventLoop';
export { OperationCanceledError } from './failures';
export { Fiber } from './fiber';
export { File } from './file';
export { LifetimeError, release } from './lifetime';
export { ThreadPool } from './pool';
export { CompletionPort } from './port';
export { Awaitable, Resume, resumeOn, settled, yieldNow } from './settled';
export { AsyncStream, Interval, StreamSource } from './stream';
export { Event, Mutex, Semaphore } from './threadSync';
export { Datagram, UdpSocket } from './socket';
export { clockHz, cycles, exit, ownAddress } from './system';
export { Task } from './task';
export { TaskSource } from './taskSource';
export { Thread } from './threads';
export { microsecond, millisecond, nanosecond, now, second, sleep, sleepBlocking } from './timer';
export { race, whenAll, whenAny, withTimeout } from './combinators';
export { AsyncEvent, AsyncMutex, AsyncReaderWriterLock, AsyncSemaphore } from './synchronization';
export { WorkGroup } from './workGroup';
export { spend } from './work';

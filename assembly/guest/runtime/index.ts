/**
 * `nothread/guest`: what programs import.
 */
export { console, print, write } from './console';
export { parameter } from './parameter';
export { ThreadPool } from './pool';
export { Datagram, UdpSocket } from './socket';
export { clockHz, cycles, exit, ownAddress } from './system';
export { Task, TaskSource } from './task';
export { Thread } from './threads';
export { microsecond, millisecond, nanosecond, now, second, sleep, sleepBlocking } from './timer';
export { whenAll, whenAny } from './combinators';
export { AsyncMutex, AsyncSemaphore, Channel } from './synchronization';
export { spend } from './work';

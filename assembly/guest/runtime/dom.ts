/**
 * Stands where asc's library looks for the functions of a browser: time comes from the machine's clock, text goes to its console.
 */
import { console as machineConsole } from 'nothread/guest/console';
import { now } from 'nothread/guest/timer';

const nanosecondsPerMillisecond: i64 = 1_000_000;

export namespace Date {
  /** Milliseconds since the machine was reset. */
  export function now(): f64 {
    return <f64>(machineTime() / nanosecondsPerMillisecond);
  }
}

export namespace performance {
  /** Milliseconds since the machine was reset, with fractions. */
  export function now(): f64 {
    return <f64>machineTime() / <f64>nanosecondsPerMillisecond;
  }
}

function machineTime(): i64 {
  return now();
}

export namespace console {
  export function assert(condition: bool, message: string): void {
    if (!condition) machineConsole.log<string>(message);
  }

  export function log(message: string): void {
    machineConsole.log<string>(message);
  }

  export function debug(message: string): void {
    machineConsole.log<string>(message);
  }

  export function info(message: string): void {
    machineConsole.log<string>(message);
  }

  export function warn(message: string): void {
    machineConsole.log<string>(message);
  }

  export function error(message: string): void {
    machineConsole.log<string>(message);
  }
}

/** asc's Math is its own; only the name has to be there. */
export namespace Math {}

/** There is no source of randomness but the seed of the run (Math.random). */
export namespace crypto {}

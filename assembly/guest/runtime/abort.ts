/**
 * Ends of a program that nobody planned: failed assertions, thrown errors, exhausted memory. The kernel reports them with the line
 * of the source. Nothing here allocates.
 */
import {
  SYS_NtDisplayString,
  SYS_NtRaiseHardError,
  STATUS_UNSUCCESSFUL,
} from './generated/syscalls';
import { system, systemSeed } from './system';

const maximumCharacters: i32 = 160;
const reportBytes = 1024;
const reportBuffer = memory.data(reportBytes);

/** Copy text as UTF-8 and return the address behind it. */
function putText(at: usize, text: string): usize {
  const length = min(text.length, maximumCharacters);
  return at + String.UTF8.encodeUnsafe(changetype<usize>(text), length, at);
}

/** asc: what `assert` and failed checks call, and the `throw`s of its library. */
export function abort(message: string | null, file: string | null, line: u32, column: u32): void {
  let end = putText(reportBuffer, message ? message : 'The program was aborted');
  if (file) {
    end = putText(end, ' in ');
    end = putText(end, file);
  }
  system(SYS_NtRaiseHardError, STATUS_UNSUCCESSFUL, reportBuffer, end - reportBuffer, line, column);
  unreachable();
}

/** Write a line to the console. */
export function report(message: string): void {
  const end = putText(reportBuffer, message);
  system(SYS_NtDisplayString, reportBuffer, end - reportBuffer);
}

/** End the program with a report that has no place in a source file. */
export function fatal(message: string): void {
  abort(message, null, 0, 0);
}

/** asc: a message with numbers for debugging; the console is used instead. */
export function trace(message: string, n: i32, a0: f64, a1: f64, a2: f64, a3: f64, a4: f64): void {}

/** asc: seed of Math.random. It comes from the seed of the run. */
export function seed(): f64 {
  return <f64>systemSeed();
}

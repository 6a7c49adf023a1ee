/**
 * The console: text as UTF-8 to the machine's serial line.
 */
import { SYS_NtDisplayString } from './generated/syscalls';
import { system } from './system';

/** Write text without a line break. */
export function write(text: string): void {
  const bytes = String.UTF8.encode(text);
  system(SYS_NtDisplayString, changetype<usize>(bytes), bytes.byteLength);
}

/** Write a value and a line break; anything but a string is written by its toString(). */
export function print<T>(value: T): void {
  write(textOf<T>(value) + '\n');
}

function textOf<T>(value: T): string {
  if (isReference<T>() && !changetype<usize>(value)) return 'null';
  if (isString<T>()) return changetype<string>(value);
  return isNullable<T>() ? value!.toString() : value.toString();
}

/** The console under its usual name; all levels go to the same place. */
export namespace console {
  export function log<T>(value: T): void {
    print<T>(value);
  }

  export function info<T>(value: T): void {
    print<T>(value);
  }

  export function warn<T>(value: T): void {
    print<T>(value);
  }

  export function error<T>(value: T): void {
    print<T>(value);
  }
}

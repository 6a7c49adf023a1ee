/**
 * What every device is. The object's fields are its state: they are hashed and saved as one run of memory, so a device keeps plain
 * numbers only; larger state lies in blocks of `allocate`. Offsets are relative: a device does not care where it lives.
 */
import { unknownRegister } from '../bus';

export abstract class Device {
  /** Its number, by which its events find it. */
  number: u32 = 0;
  /** First address, for reports of faults. */
  base: u32 = 0;
  /** Bytes of address space. */
  size: u32 = 0;

  /** Value of the register at an offset; `width` is 1, 2 or 4. */
  abstract read(offset: u32, width: u32): u32;

  abstract write(offset: u32, width: u32, value: u32): void;

  /** AMOSWAP.W: hand over a word and receive the answer. */
  exchange(offset: u32, value: u32): u32 {
    const old = this.read(offset, 4);
    this.write(offset, 4, value);
    return old;
  }

  /** An event that the device had scheduled is due; `now()` is its cycle. */
  event(id: u32): void {
    unknownEvent(id);
  }

  /** Bytes of the object: `offsetof<TheClass>()`. */
  abstract stateBytes(): u32;

  /** The answer to an access that meets no register: a counted, traced access fault. */
  protected unknown(offset: u32): u32 {
    return unknownRegister(this.base + offset);
  }
}

function unknownEvent(_id: u32): void {
  unreachable();
}

/**
 * A linked list of records in guest RAM whose head, tail and length the device keeps for itself. A link is trusted only as far
 * as it points to a whole record in RAM, and a walk never takes more steps than the list is long, so that a guest that
 * destroys links costs itself records and nothing else. Every word of guest RAM that is touched costs one cycle.
 */
import { ramAt, ramHolds, ramWritten } from '../bus';
import { charge } from '../clock';

/** Whether a record of so many bytes may lie at this address. */
export function isRecord(address: u32, bytes: u32): bool {
  return (address & 3) == 0 && ramHolds(address, bytes);
}

/** Read a word of a record that has passed `isRecord`. */
export function readWord(address: u32): u32 {
  charge(1);
  return load<u32>(ramAt(address));
}

/** Write a word of a record that has passed `isRecord`. */
export function writeWord(address: u32, value: u32): void {
  charge(1);
  store<u32>(ramAt(address), value);
  ramWritten(address, 4);
}

/** The device's part of a list; it lies in the device's own memory. */
@unmanaged
export class GuestList {
  /** First record, or 0. */
  head: u32;
  /** Last record, or 0. */
  tail: u32;
  /** Number of records. */
  count: u32;
  /** Offset of the link in a record. */
  link: u32;
  /** Bytes of a record. */
  bytes: u32;
  /** Number of times a destroyed link emptied the list. */
  breaks: u32;

  /** Append a record. */
  pushTail(record: u32): void {
    writeWord(record + this.link, 0);
    if (this.count == 0) this.head = record;
    else writeWord(this.tail + this.link, record);
    this.tail = record;
    this.count++;
  }

  /** Put a record in front. */
  pushHead(record: u32): void {
    writeWord(record + this.link, this.head);
    this.head = record;
    if (this.count == 0) this.tail = record;
    this.count++;
  }

  /** Take the first record; 0 when there is none. */
  popHead(): u32 {
    if (this.count == 0) return 0;
    const record = this.head;
    this.unlink(0, record);
    return record;
  }

  /** Take a record out of the middle. Returns whether it was there. */
  remove(record: u32): bool {
    let before: u32 = 0;
    let current = this.head;
    for (let left = this.count; left > 0; left--) {
      if (current == record) {
        this.unlink(before, record);
        return true;
      }
      before = current;
      current = this.next(current);
      if (current == 0) break;
    }
    return false;
  }

  /** The record behind this one; 0 at the end. A destroyed link gives 0 too. */
  next(record: u32): u32 {
    const next = readWord(record + this.link);
    return isRecord(next, this.bytes) ? next : 0;
  }

  /** Insert a record behind another one of the list, or in front with 0. */
  insertAfter(before: u32, record: u32): void {
    if (before == 0) return this.pushHead(record);
    if (before == this.tail) return this.pushTail(record);
    writeWord(record + this.link, readWord(before + this.link));
    writeWord(before + this.link, record);
    this.count++;
  }

  /** Forget all records. */
  clear(): void {
    this.head = 0;
    this.tail = 0;
    this.count = 0;
  }

  private unlink(before: u32, record: u32): void {
    if (this.count == 1) return this.clear();
    const next = record == this.tail ? 0 : this.next(record);
    if (next == 0 && record != this.tail) return this.break();
    this.count--;
    if (before == 0) this.head = next;
    else writeWord(before + this.link, next);
    if (record != this.tail) return;
    if (before == 0) return this.break();
    this.tail = before;
  }

  private break(): void {
    this.clear();
    this.breaks++;
  }
}

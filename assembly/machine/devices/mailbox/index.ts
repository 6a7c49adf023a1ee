/**
 * Host mailbox: configuration of the machine, calls of the host into the guest (FUNCTION of the program with ARGC words), their
 * answers, and the parameters of a run. Messages arrive at a given cycle and wait in a FIFO; the line is high while one waits.
 */
import { count } from '../../counters';
import { now, schedule } from '../../clock';
import { allocate } from '../../layout';
import { requestStop } from '../../stop';
import { trace } from '../../trace';
import { setLine } from '../plic';
import { Device } from '../device';
import * as box from '../../generated/mailbox';
import { COUNT_deviceErrors } from '../../generated/counters';
import { STOP_Reply } from '../../generated/stops';
import {
  TRACE_device_error,
  TRACE_mailbox_message,
  TRACE_mailbox_reply,
} from '../../generated/trace';

/** Messages that the mailbox holds, those still under way included. */
const CAPACITY: u32 = 256;
const NONE: u32 = CAPACITY;
const PARAMETER_BYTES: u32 = 8 * box.MAILBOX_PARAMETERS;
/** Code of device.error: a message cannot be popped because there is none. */
const ERROR_EMPTY: u32 = 1;

/** A message. */
@unmanaged
class Message {
  used: bool;
  /** Place of the next message of the FIFO, or NONE. */
  next: u32;
  id: u32;
  fn: u32;
  argc: u32;

  get args(): usize {
    return changetype<usize>(this) + offsetof<Message>();
  }
}

const MESSAGE_BYTES: u32 = <u32>offsetof<Message>() + 4 * box.MAILBOX_MAX_ARGS;

export class Mailbox extends Device {
  private ramBase: u32;
  private ramBytes: u32;
  private harts: u32;
  private timebase: u32;
  private clockHz: u64;
  private seed: u32;
  private cycleHigh: u32 = 0;
  private first: u32 = NONE;
  private last: u32 = NONE;
  private messages: usize;
  private parameters: usize;
  replyId: u32 = 0;
  replyLow: u32 = 0;
  replyHigh: u32 = 0;
  replyStatus: u32 = 0;
  faultCause: u32 = 0;
  faultPc: u32 = 0;
  faultValue: u32 = 0;

  constructor(ramBase: u32, ramBytes: u32, harts: u32, timebase: u32, clockHz: u64, seed: u32) {
    super();
    this.ramBase = ramBase;
    this.ramBytes = ramBytes;
    this.harts = harts;
    this.timebase = timebase;
    this.clockHz = clockHz;
    this.seed = seed;
    this.messages = allocate(CAPACITY * MESSAGE_BYTES);
    this.parameters = allocate(PARAMETER_BYTES);
  }

  stateBytes(): u32 {
    return offsetof<Mailbox>();
  }

  /**
   * Let a message arrive.
   * @param args address of `argc` words in the core's memory
   * @returns whether there was room and `argc` is not too large
   */
  post(cycle: u64, id: u32, fn: u32, argc: u32, args: usize): bool {
    if (argc > box.MAILBOX_MAX_ARGS) return false;
    for (let n: u32 = 0; n < CAPACITY; n++) {
      const message = this.message(n);
      if (message.used) continue;
      message.used = true;
      message.id = id;
      message.fn = fn;
      message.argc = argc;
      memory.fill(message.args, 0, 4 * box.MAILBOX_MAX_ARGS);
      memory.copy(message.args, args, 4 * argc);
      return schedule(cycle, this.number, n);
    }
    return false;
  }

  /** Set parameter n of this run: hash of its name, and value. Returns false when there is no such place. */
  setParameter(n: u32, hash: u32, value: u32): bool {
    if (n >= box.MAILBOX_PARAMETERS) return false;
    store<u32>(this.parameters + 4 * n, hash);
    store<u32>(this.parameters + 4 * (n + box.MAILBOX_PARAMETERS), value);
    return true;
  }

  /** Message n arrives. */
  event(n: u32): void {
    const message = this.message(n);
    message.next = NONE;
    if (this.first == NONE) this.first = n;
    else this.message(this.last).next = n;
    this.last = n;
    trace(TRACE_mailbox_message, message.id, message.fn);
    setLine(box.MAILBOX_PLIC_SOURCE, true);
  }

  read(offset: u32, width: u32): u32 {
    if (width != 4 || (offset & 3) != 0) return this.unknown(offset);
    if (offset >= box.MAILBOX_STATUS && offset < box.MAILBOX_REPLY_ID) {
      return this.readMessage(offset);
    }
    if (offset >= box.MAILBOX_REPLY_ID) return this.readReply(offset);
    switch (offset) {
      case box.MAILBOX_ID:
        return box.MAILBOX_ID_RESET;
      case box.MAILBOX_VERSION:
        return box.MAILBOX_VERSION_RESET;
      case box.MAILBOX_RAM_BASE:
        return this.ramBase;
      case box.MAILBOX_RAM_SIZE:
        return this.ramBytes;
      case box.MAILBOX_HARTS:
        return this.harts;
      case box.MAILBOX_TIMEBASE:
        return this.timebase;
      case box.MAILBOX_CLOCK_LOW:
        return <u32>this.clockHz;
      case box.MAILBOX_CLOCK_HIGH:
        return <u32>(this.clockHz >>> 32);
      case box.MAILBOX_SEED:
        return this.seed;
      case box.MAILBOX_CYCLE_LOW:
        return this.latchCycle();
      case box.MAILBOX_CYCLE_HIGH:
        return this.cycleHigh;
      default:
        return this.unknown(offset);
    }
  }

  write(offset: u32, width: u32, value: u32): void {
    if (width != 4) {
      this.unknown(offset);
      return;
    }
    switch (offset) {
      case box.MAILBOX_POP:
        this.pop();
        break;
      case box.MAILBOX_REPLY_ID:
        this.replyId = value;
        break;
      case box.MAILBOX_REPLY_LOW:
        this.replyLow = value;
        break;
      case box.MAILBOX_REPLY_HIGH:
        this.replyHigh = value;
        break;
      case box.MAILBOX_REPLY_STATUS:
        this.reply(value);
        break;
      case box.MAILBOX_FAULT_CAUSE:
        this.faultCause = value;
        break;
      case box.MAILBOX_FAULT_PC:
        this.faultPc = value;
        break;
      case box.MAILBOX_FAULT_VALUE:
        this.faultValue = value;
        break;
      default:
        this.unknown(offset);
    }
  }

  /** No register of the mailbox is an exchange register. */
  exchange(offset: u32, value: u32): u32 {
    return this.unknown(offset);
  }

  private message(n: u32): Message {
    return changetype<Message>(this.messages + n * MESSAGE_BYTES);
  }

  private readMessage(offset: u32): u32 {
    const any = this.first != NONE;
    if (offset == box.MAILBOX_STATUS) return any ? box.MAILBOX_STATUS_MESSAGE : 0;
    const message = this.message(any ? this.first : 0);
    const argument = (offset - box.MAILBOX_ARG) >>> 2;
    if (argument < box.MAILBOX_MAX_ARGS) return any ? load<u32>(message.args + 4 * argument) : 0;
    switch (offset) {
      case box.MAILBOX_MESSAGE_ID:
        return any ? message.id : 0;
      case box.MAILBOX_FUNCTION:
        return any ? message.fn : 0;
      case box.MAILBOX_ARGC:
        return any ? message.argc : 0;
      default:
        return this.unknown(offset);
    }
  }

  private readReply(offset: u32): u32 {
    const parameter = offset - box.MAILBOX_PARAMETER_NAME;
    if (parameter < PARAMETER_BYTES) return load<u32>(this.parameters + parameter);
    switch (offset) {
      case box.MAILBOX_REPLY_ID:
        return this.replyId;
      case box.MAILBOX_REPLY_LOW:
        return this.replyLow;
      case box.MAILBOX_REPLY_HIGH:
        return this.replyHigh;
      case box.MAILBOX_FAULT_CAUSE:
        return this.faultCause;
      case box.MAILBOX_FAULT_PC:
        return this.faultPc;
      case box.MAILBOX_FAULT_VALUE:
        return this.faultValue;
      default:
        return this.unknown(offset);
    }
  }

  private latchCycle(): u32 {
    this.cycleHigh = <u32>(now() >>> 32);
    return <u32>now();
  }

  private pop(): void {
    if (this.first == NONE) {
      count(COUNT_deviceErrors);
      trace(TRACE_device_error, this.number, this.base + box.MAILBOX_POP, ERROR_EMPTY);
      return;
    }
    const message = this.message(this.first);
    message.used = false;
    this.first = message.next;
    setLine(box.MAILBOX_PLIC_SOURCE, this.first != NONE);
  }

  private reply(status: u32): void {
    this.replyStatus = status;
    requestStop(STOP_Reply);
    trace(TRACE_mailbox_reply, this.replyId, status);
  }
}

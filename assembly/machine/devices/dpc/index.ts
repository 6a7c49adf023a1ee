/**
 * DPC queue unit: the deferred procedure calls of NT as hardware, one queue per hart. Objects are 32-byte records in guest RAM
 * that the unit links; registers.table.ts is the programming interface, queue.ts has the rules of one queue. Each command is
 * atomic at its cycle; an access costs one cycle more for every word of RAM it touches.
 *
 * Left out: running the routines, expiring timers and the DPC thread are the executive's work.
 */
import { readWord, writeWord, isRecord, GuestList } from '../guest-list';
import { allocate } from '../../layout';
import { setLine } from '../plic';
import { count } from '../../counters';
import { trace } from '../../trace';
import { Device } from '../device';
import * as dpc from '../../generated/dpc';
import { COUNT_deviceErrors, COUNT_dpcsPopped, COUNT_dpcsQueued } from '../../generated/counters';
import {
  TRACE_device_error,
  TRACE_dpc_insert,
  TRACE_dpc_pop,
  TRACE_dpc_request,
} from '../../generated/trace';
import { DPC_QUEUE_BYTES, DpcQueue } from './queue';

const PAGE_BITS: u32 = 12;
const PAGE_MASK: u32 = 0xfff;
/** In the queued mark: the record is on the queue of threaded DPCs. */
const MARK_THREADED: u32 = 0x100;
const MARK_HART: u32 = 0xff;

export class DpcUnit extends Device {
  private harts: u32;
  private queues: usize;

  constructor(harts: u32) {
    super();
    this.harts = harts;
    this.queues = allocate(harts * DPC_QUEUE_BYTES);
    for (let hart: u32 = 0; hart < harts; hart++) this.queue(hart).reset();
  }

  stateBytes(): u32 {
    return offsetof<DpcUnit>();
  }

  read(offset: u32, width: u32): u32 {
    const hart = offset >>> PAGE_BITS;
    if (width != 4 || hart >= this.harts) return this.unknown(offset);
    const queue = this.queue(hart);
    switch (offset & PAGE_MASK) {
      case dpc.DPC_ARG1:
        return queue.argument1;
      case dpc.DPC_ARG2:
        return queue.argument2;
      case dpc.DPC_POP:
        return this.pop(hart);
      case dpc.DPC_POP_THREADED:
        return this.popThreaded(hart);
      case dpc.DPC_CURRENT_ROUTINE:
        return queue.currentRoutine;
      case dpc.DPC_CURRENT_CONTEXT:
        return queue.currentContext;
      case dpc.DPC_CURRENT_ARG1:
        return queue.currentArgument1;
      case dpc.DPC_CURRENT_ARG2:
        return queue.currentArgument2;
      case dpc.DPC_REQUEST:
        return queue.forced ? 1 : 0;
      case dpc.DPC_STATUS:
        return queue.status();
      case dpc.DPC_DEPTH:
        return queue.ordinary.count;
      case dpc.DPC_THREADED_DEPTH:
        return queue.threads.count;
      case dpc.DPC_COUNT:
        return queue.count;
      case dpc.DPC_RATE:
        return queue.rate;
      case dpc.DPC_MAX_DEPTH:
        return queue.maxDepth;
      case dpc.DPC_DEPTH_LIMIT:
        return queue.depthLimit;
      case dpc.DPC_MIN_RATE:
        return queue.minRate;
      case dpc.DPC_IDEAL_RATE:
        return queue.idealRate;
      case dpc.DPC_ADJUST_THRESHOLD:
        return queue.adjustThreshold;
      case dpc.DPC_CONFIG:
        return queue.config;
      case dpc.DPC_IDLE:
        return queue.idle;
      case dpc.DPC_FLUSH:
        return this.flush(hart);
      case dpc.DPC_ERROR:
        return queue.error;
      case dpc.DPC_ERRORS:
        return queue.errors;
      default:
        return this.unknown(offset);
    }
  }

  write(offset: u32, width: u32, value: u32): void {
    const hart = offset >>> PAGE_BITS;
    if (width != 4 || hart >= this.harts) {
      this.unknown(offset);
      return;
    }
    const queue = this.queue(hart);
    switch (offset & PAGE_MASK) {
      case dpc.DPC_ARG1:
        queue.argument1 = value;
        break;
      case dpc.DPC_ARG2:
        queue.argument2 = value;
        break;
      case dpc.DPC_DRAIN:
        this.setDrain(hart, (value & 1) != 0);
        break;
      case dpc.DPC_REQUEST:
        this.force(hart, (value & 1) != 0);
        break;
      case dpc.DPC_TICK:
        if (queue.tick()) this.request(hart);
        break;
      case dpc.DPC_MAX_DEPTH:
        if (this.positive(hart, value)) queue.maxDepth = value;
        break;
      case dpc.DPC_DEPTH_LIMIT:
        if (this.positive(hart, value)) queue.depthLimit = value;
        break;
      case dpc.DPC_MIN_RATE:
        queue.minRate = value;
        break;
      case dpc.DPC_IDEAL_RATE:
        queue.idealRate = value;
        break;
      case dpc.DPC_ADJUST_THRESHOLD:
        this.setThreshold(hart, value);
        break;
      case dpc.DPC_CONFIG:
        queue.config = value & CONFIG_BITS;
        break;
      case dpc.DPC_IDLE:
        queue.idle = value & IDLE_BITS;
        break;
      default:
        this.unknown(offset);
    }
  }

  exchange(offset: u32, value: u32): u32 {
    const hart = offset >>> PAGE_BITS;
    if (hart >= this.harts) return this.unknown(offset);
    switch (offset & PAGE_MASK) {
      case dpc.DPC_INSERT:
        return this.insert(hart, value);
      case dpc.DPC_REMOVE:
        return this.remove(hart, value);
      case dpc.DPC_FLUSHED:
        return this.flushed(hart, value);
      default:
        return this.unknown(offset);
    }
  }

  /** A hart's part of the unit. */
  queue(hart: u32): DpcQueue {
    return changetype<DpcQueue>(this.queues + hart * DPC_QUEUE_BYTES);
  }

  /** N2.2, N2.3: queue a DPC unless it is on a queue already. */
  private insert(hart: u32, record: u32): u32 {
    if (!isRecord(record, dpc.DPC_RECORD_SIZE))
      return this.refuse(hart, record, dpc.DPC_ERROR_ADDRESS);
    const head = readWord(record + dpc.DPC_RECORD_TYPE);
    const target = head >>> 16;
    const importance = (head >>> 8) & 0xff;
    const threaded = (head & 0xff) == dpc.DPC_TYPE_THREADED;
    if (target > this.harts) return this.refuse(hart, record, dpc.DPC_ERROR_TARGET);
    if (importance > dpc.DPC_IMPORTANCE_MEDIUM_HIGH || (head & 0xff) > dpc.DPC_TYPE_THREADED) {
      return this.refuse(hart, record, dpc.DPC_ERROR_IMPORTANCE);
    }
    const to = target == 0 ? hart : target - 1;
    const free = readWord(record + dpc.DPC_RECORD_QUEUED) == 0;
    trace(TRACE_dpc_insert, record, to, free ? 1 : 0);
    if (!free) return 0;
    this.enqueue(hart, to, record, importance, threaded);
    return 1;
  }

  private enqueue(from: u32, to: u32, record: u32, importance: u32, threaded: bool): void {
    const queue = this.queue(to);
    const list = threaded ? queue.threads : queue.ordinary;
    writeWord(record + dpc.DPC_RECORD_QUEUED, (to + 1) | (threaded ? MARK_THREADED : 0));
    writeWord(record + dpc.DPC_RECORD_ARG1, this.queue(from).argument1);
    writeWord(record + dpc.DPC_RECORD_ARG2, this.queue(from).argument2);
    writeWord(record + dpc.DPC_RECORD_SEQUENCE, ++queue.count);
    if (importance == dpc.DPC_IMPORTANCE_HIGH) list.pushHead(record);
    else list.pushTail(record);
    count(COUNT_dpcsQueued);
    if (threaded) this.callThread(to);
    else if (queue.wantsDrain(importance, from != to)) this.request(to);
  }

  /** N2.14: the executive wakes the DPC thread in its next drain. */
  private callThread(hart: u32): void {
    const queue = this.queue(hart);
    queue.threaded = true;
    if (!queue.active && !queue.requested) this.request(hart);
  }

  /** N2.9: the head leaves, its mark is cleared before it runs; an empty queue ends the drain. */
  private pop(hart: u32): u32 {
    const queue = this.queue(hart);
    queue.requested = false;
    const record = this.take(hart, queue.ordinary);
    queue.active = record != 0;
    queue.running = record != 0 ? readWord(record + dpc.DPC_RECORD_SEQUENCE) : 0;
    this.updateLine(hart);
    return record;
  }

  private popThreaded(hart: u32): u32 {
    const queue = this.queue(hart);
    const record = this.take(hart, queue.threads);
    if (record == 0) queue.threaded = false;
    return record;
  }

  private take(hart: u32, list: GuestList): u32 {
    const breaks = list.breaks;
    const record = list.popHead();
    if (list.breaks != breaks) this.refuse(hart, record, dpc.DPC_ERROR_LIST);
    if (record == 0) return 0;
    const queue = this.queue(hart);
    writeWord(record + dpc.DPC_RECORD_QUEUED, 0);
    queue.currentRoutine = readWord(record + dpc.DPC_RECORD_ROUTINE);
    queue.currentContext = readWord(record + dpc.DPC_RECORD_CONTEXT);
    queue.currentArgument1 = readWord(record + dpc.DPC_RECORD_ARG1);
    queue.currentArgument2 = readWord(record + dpc.DPC_RECORD_ARG2);
    count(COUNT_dpcsPopped);
    trace(TRACE_dpc_pop, record, hart, list.count);
    return record;
  }

  /** N2.12: a queued DPC will not run; a running one is not waited for. */
  private remove(hart: u32, record: u32): u32 {
    if (!isRecord(record, dpc.DPC_RECORD_SIZE))
      return this.refuse(hart, record, dpc.DPC_ERROR_ADDRESS);
    const mark = readWord(record + dpc.DPC_RECORD_QUEUED);
    if (mark == 0) return 0;
    const owner = (mark & MARK_HART) - 1;
    if (owner >= this.harts) return this.refuse(hart, record, dpc.DPC_ERROR_LIST);
    const queue = this.queue(owner);
    const list = mark & MARK_THREADED ? queue.threads : queue.ordinary;
    const breaks = list.breaks;
    const found = list.remove(record);
    if (!found || list.breaks != breaks) this.refuse(hart, record, dpc.DPC_ERROR_LIST);
    if (found) writeWord(record + dpc.DPC_RECORD_QUEUED, 0);
    return found ? 1 : 0;
  }

  /** N2.12: whatever is queued now is to run soon; the ticket is the youngest of them. */
  private flush(hart: u32): u32 {
    const queue = this.queue(hart);
    if (queue.ordinary.count > 0 && !queue.active && !queue.requested) this.request(hart);
    return queue.count;
  }

  private flushed(hart: u32, ticket: u32): u32 {
    const queue = this.queue(hart);
    if (queue.running != 0 && this.isBefore(queue.running, ticket)) return 0;
    const list = queue.ordinary;
    let record = list.head;
    for (let left = list.count; left > 0 && record != 0; left--) {
      if (this.isBefore(readWord(record + dpc.DPC_RECORD_SEQUENCE), ticket)) return 0;
      record = list.next(record);
    }
    return 1;
  }

  private isBefore(sequence: u32, ticket: u32): bool {
    return <i32>(sequence - ticket) <= 0;
  }

  private setDrain(hart: u32, on: bool): void {
    const queue = this.queue(hart);
    queue.active = on;
    queue.requested = false;
    if (!on) queue.running = 0;
    if (!on && queue.ordinary.count > 0) this.request(hart);
    this.updateLine(hart);
  }

  private request(hart: u32): void {
    this.queue(hart).requested = true;
    trace(TRACE_dpc_request, hart, 0, 0);
    this.updateLine(hart);
  }

  private force(hart: u32, on: bool): void {
    this.queue(hart).forced = on;
    if (on) trace(TRACE_dpc_request, hart, 0, 0);
    this.updateLine(hart);
  }

  private updateLine(hart: u32): void {
    const queue = this.queue(hart);
    setLine(dpc.DPC_PLIC_SOURCE + hart, queue.requested || queue.forced);
  }

  private setThreshold(hart: u32, value: u32): void {
    if (!this.positive(hart, value)) return;
    const queue = this.queue(hart);
    queue.adjustThreshold = value;
    queue.quietTicks = value;
  }

  private positive(hart: u32, value: u32): bool {
    if (value == 0) this.refuse(hart, value, dpc.DPC_ERROR_VALUE);
    return value != 0;
  }

  private refuse(hart: u32, address: u32, code: u32): u32 {
    const queue = this.queue(hart);
    queue.error = code;
    queue.errors++;
    count(COUNT_deviceErrors);
    trace(TRACE_device_error, this.number, address, code);
    return 0;
  }
}

const CONFIG_BITS: u32 =
  dpc.DPC_CONFIG_DEPTH_EXCEEDS |
  dpc.DPC_CONFIG_ONLY_HIGH_CROSSES |
  dpc.DPC_CONFIG_IDLE_IS_NOT_CALLED;
const IDLE_BITS: u32 = dpc.DPC_IDLE_IDLE | dpc.DPC_IDLE_ASLEEP;

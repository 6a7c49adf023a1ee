/**
 * Completion-port unit: NT's KQUEUE as hardware. Packets wait in FIFO order, threads park in LIFO order, and no more than the
 * limit of associated threads run, as far as the unit can help it (N3.1 to N3.8). Packets and threads are records in guest RAM;
 * registers.table.ts is the programming interface. A thread that the unit releases comes out of the FIFO of the hart whose
 * command released it, or, for a timeout, of the hart that parked it.
 *
 * Left out: association of files, waits on the port's handle and APCs are the executive's work.
 */
import { allocate } from '../../layout';
import { count } from '../../counters';
import { trace } from '../../trace';
import { setLine } from '../plic';
import { mtime } from '../clint';
import { Device } from '../device';
import { GuestList, isRecord } from '../guest-list';
import * as port from '../../generated/port';
import {
  COUNT_deviceErrors,
  COUNT_packetsInserted,
  COUNT_packetsRemoved,
  COUNT_threadsReleased,
} from '../../generated/counters';
import {
  TRACE_device_error,
  TRACE_port_insert,
  TRACE_port_park,
  TRACE_port_release,
  TRACE_port_remove,
} from '../../generated/trace';
import { Timeouts, TIMEOUTS_BYTES } from './timeouts';
import {
  BANK_BYTES,
  PORT_BYTES,
  Port,
  PortBank,
  hartOf,
  portOf,
  setDeadlineOf,
  setHartOf,
  setPortOf,
  setStateOf,
  setValueOf,
  stateOf,
  valueOf,
} from './state';

const INDEX_BITS: u32 = 6;
const INDEX_MASK: u32 = port.PORT_LIMIT - 1;
const GENERATION_MASK: u32 = 0xffffff;
const BANK_MASK: u32 = port.PORT_BANK_SIZE - 1;

export class PortUnit extends Device {
  private harts: u32;
  private open: u32 = 0;
  private ports: usize;
  private banks: usize;
  private timed: usize;

  constructor(harts: u32) {
    super();
    this.harts = harts;
    this.ports = allocate(port.PORT_LIMIT * PORT_BYTES);
    this.banks = allocate(harts * BANK_BYTES);
    this.timed = allocate(TIMEOUTS_BYTES);
    for (let n: u32 = 0; n < port.PORT_LIMIT; n++) this.place(n).reset();
    for (let hart: u32 = 0; hart < harts; hart++) this.bank(hart).reset();
    this.timeouts.reset();
  }

  stateBytes(): u32 {
    return offsetof<PortUnit>();
  }

  read(offset: u32, width: u32): u32 {
    const hart = offset / port.PORT_BANK_SIZE;
    if (width != 4 || hart >= this.harts) return this.unknown(offset);
    const bank = this.bank(hart);
    switch (offset & BANK_MASK) {
      case port.PORT_PORT:
        return bank.port;
      case port.PORT_DEADLINE_LOW:
        return bank.deadlineLow;
      case port.PORT_DEADLINE_HIGH:
        return bank.deadlineHigh;
      case port.PORT_INSERTER:
        return bank.inserter;
      case port.PORT_TAKER:
        return bank.taker;
      case port.PORT_RELEASE:
        return this.popReleased(hart);
      case port.PORT_RELEASE_VALUE:
        return bank.releaseValue;
      case port.PORT_RELEASE_DEPTH:
        return bank.released.count;
      case port.PORT_ERROR:
        return bank.error;
      case port.PORT_ERRORS:
        return bank.errors;
      case port.PORT_PORTS:
        return port.PORT_LIMIT;
      case port.PORT_PORTS_OPEN:
        return this.open;
      default:
        return this.readPort(bank.port, offset);
    }
  }

  write(offset: u32, width: u32, value: u32): void {
    const hart = offset / port.PORT_BANK_SIZE;
    if (width != 4 || hart >= this.harts) {
      this.unknown(offset);
      return;
    }
    const bank = this.bank(hart);
    switch (offset & BANK_MASK) {
      case port.PORT_PORT:
        bank.port = value;
        break;
      case port.PORT_DEADLINE_LOW:
        bank.deadlineLow = value;
        break;
      case port.PORT_DEADLINE_HIGH:
        bank.deadlineHigh = value;
        break;
      case port.PORT_INSERTER:
        bank.inserter = value;
        break;
      default:
        this.unknown(offset);
    }
  }

  exchange(offset: u32, value: u32): u32 {
    const hart = offset / port.PORT_BANK_SIZE;
    if (hart >= this.harts) return this.unknown(offset);
    switch (offset & BANK_MASK) {
      case port.PORT_CREATE:
        return this.create(hart, value);
      case port.PORT_CLOSE:
        return this.close(hart, value);
      case port.PORT_INSERT:
        return this.insert(hart, value, false);
      case port.PORT_INSERT_HEAD:
        return this.insert(hart, value, true);
      case port.PORT_REMOVE:
        return this.remove(hart, value);
      case port.PORT_TAKE:
        return this.take(hart, value);
      case port.PORT_INTERRUPT:
        return this.interrupt(hart, value);
      case port.PORT_BLOCK:
        return this.block(hart, value);
      case port.PORT_WAKE:
        return this.wake(hart, value);
      case port.PORT_LEAVE:
        return this.leave(hart, value);
      default:
        return this.unknown(offset);
    }
  }

  /** The first deadline has come. */
  event(id: u32): void {
    const timeouts = this.timeouts;
    let thread = timeouts.takeExpired();
    while (thread != 0) {
      this.expire(thread);
      thread = timeouts.takeExpired();
    }
    timeouts.rearm();
  }

  private get timeouts(): Timeouts {
    const timeouts = changetype<Timeouts>(this.timed);
    timeouts.device = this.number;
    return timeouts;
  }

  private place(n: u32): Port {
    return changetype<Port>(this.ports + n * PORT_BYTES);
  }

  private bank(hart: u32): PortBank {
    return changetype<PortBank>(this.banks + hart * BANK_BYTES);
  }

  /** The open port of a handle, or null. */
  private find(handle: u32): Port | null {
    const place = this.place(handle & INDEX_MASK);
    return handle != 0 && place.handle == handle ? place : null;
  }

  private readPort(handle: u32, offset: u32): u32 {
    const register = offset & BANK_MASK;
    if (register < port.PORT_DEPTH || register > port.PORT_CONCURRENCY) return this.unknown(offset);
    const found = this.find(handle);
    if (!found) return 0;
    switch (register) {
      case port.PORT_DEPTH:
        return found.packets.count;
      case port.PORT_WAITERS:
        return found.waiters.count;
      case port.PORT_ACTIVE:
        return found.active;
      case port.PORT_CONCURRENCY:
        return found.limit;
      default:
        return this.unknown(offset);
    }
  }

  private create(hart: u32, concurrency: u32): u32 {
    for (let n: u32 = 0; n < port.PORT_LIMIT; n++) {
      const place = this.place(n);
      if (place.handle != 0) continue;
      const generation = (place.generation + 1) & GENERATION_MASK;
      place.reset();
      place.generation = generation;
      place.handle = ((generation + 1) << INDEX_BITS) | n;
      place.limit = concurrency == 0 ? this.harts : concurrency;
      this.open++;
      return place.handle;
    }
    return this.refuse(hart, 0, port.PORT_ERROR_FULL, 0);
  }

  /** N3.18: parked threads are released, packets are handed back. */
  private close(hart: u32, handle: u32): u32 {
    const found = this.find(handle);
    if (!found) return this.refuse(hart, handle, port.PORT_ERROR_PORT, 0);
    for (let left = found.waiters.count; left > 0; left--) {
      const thread = this.popFrom(hart, found.waiters);
      if (thread == 0) break;
      this.timeouts.drop(thread);
      setPortOf(thread, 0);
      this.deliver(hart, handle, thread, port.PORT_ABANDONED);
    }
    const packets = found.packets.head;
    found.handle = 0;
    this.open--;
    return packets;
  }

  /** N3.2: to the newest waiter if one may run, else into the queue. */
  private insert(hart: u32, packet: u32, first: bool): u32 {
    const bank = this.bank(hart);
    bank.taker = 0;
    const found = this.find(bank.port);
    if (!found) return this.refuse(hart, bank.port, port.PORT_ERROR_PORT, port.PORT_FAILED);
    if (!isRecord(packet, port.PORT_PACKET_SIZE)) {
      return this.refuse(hart, packet, port.PORT_ERROR_ADDRESS, port.PORT_FAILED);
    }
    const before = found.packets.count;
    count(COUNT_packetsInserted);
    if (found.hasRoom && found.waiters.count > 0 && !this.insertsForItself(bank)) {
      bank.taker = this.popFrom(hart, found.waiters);
    }
    trace(TRACE_port_insert, bank.port, packet, bank.taker);
    if (bank.taker != 0) this.release(hart, found, bank.taker, packet);
    else if (first) found.packets.pushHead(packet);
    else found.packets.pushTail(packet);
    return before;
  }

  /** The exception of N3.2: an APC has interrupted the inserter's own wait on this port. */
  private insertsForItself(bank: PortBank): bool {
    const thread = bank.inserter;
    if (thread == 0 || !isRecord(thread, port.PORT_THREAD_SIZE)) return false;
    return portOf(thread) == bank.port && stateOf(thread) == port.PORT_STATE_INTERRUPTED;
  }

  /** N3.3, N3.4, N3.7. */
  private remove(hart: u32, thread: u32): u32 {
    if (!isRecord(thread, port.PORT_THREAD_SIZE)) {
      return this.refuse(hart, thread, port.PORT_ERROR_ADDRESS, port.PORT_REFUSED);
    }
    const state = stateOf(thread);
    if (state != port.PORT_STATE_RUNNING && state != port.PORT_STATE_INTERRUPTED) {
      return this.refuse(hart, thread, port.PORT_ERROR_STATE, port.PORT_REFUSED);
    }
    const bank = this.bank(hart);
    const found = this.find(bank.port);
    if (!found) return port.PORT_ABANDONED;
    this.associate(hart, found, thread);
    setStateOf(thread, port.PORT_STATE_RUNNING);
    if (found.hasRoom && found.packets.count > 0) {
      const packet = this.popFrom(hart, found.packets);
      if (packet != 0) return this.give(found, thread, packet);
    }
    if (bank.deadline <= mtime()) {
      found.active++;
      return port.PORT_TIMEOUT;
    }
    this.park(hart, found, thread, bank.deadline);
    return port.PORT_PARKED;
  }

  /** The thread belongs to this port from now on, and is not active until it has a packet. */
  private associate(hart: u32, found: Port, thread: u32): void {
    const old = portOf(thread);
    if (old == found.handle) {
      found.deactivate();
      return;
    }
    setPortOf(thread, found.handle);
    const left = this.find(old);
    if (left) this.departed(hart, left);
  }

  private give(found: Port, thread: u32, packet: u32): u32 {
    found.active++;
    count(COUNT_packetsRemoved);
    trace(TRACE_port_remove, found.handle, packet, thread);
    return packet;
  }

  private park(hart: u32, found: Port, thread: u32, deadline: u64): void {
    setStateOf(thread, port.PORT_STATE_PARKED);
    setHartOf(thread, hart);
    setDeadlineOf(thread, deadline);
    found.waiters.pushHead(thread);
    this.timeouts.add(thread, deadline);
    trace(TRACE_port_park, found.handle, thread, 0);
  }

  /** More packets for a thread that is active already. */
  private take(hart: u32, thread: u32): u32 {
    const found = this.activePort(hart, thread);
    if (!found || found.handle != this.bank(hart).port) return 0;
    const packet = this.popFrom(hart, found.packets);
    if (packet == 0) return 0;
    count(COUNT_packetsRemoved);
    trace(TRACE_port_remove, found.handle, packet, thread);
    return packet;
  }

  /** The thread leaves its wait without a packet. */
  private interrupt(hart: u32, thread: u32): u32 {
    if (!this.isInState(hart, thread, port.PORT_STATE_PARKED)) return 0;
    const found = this.find(portOf(thread));
    if (!found || !found.waiters.remove(thread)) {
      return this.refuse(hart, thread, port.PORT_ERROR_LIST, 0);
    }
    this.timeouts.drop(thread);
    found.active++;
    setStateOf(thread, port.PORT_STATE_INTERRUPTED);
    return 1;
  }

  /** N3.5: an active thread waits for something else. */
  private block(hart: u32, thread: u32): u32 {
    const found = this.activePort(hart, thread);
    if (!found) return 0;
    setStateOf(thread, port.PORT_STATE_BLOCKED);
    this.departed(hart, found);
    return 1;
  }

  /** N3.5: it counts again, above the limit if need be. */
  private wake(hart: u32, thread: u32): u32 {
    if (!this.isInState(hart, thread, port.PORT_STATE_BLOCKED)) return 0;
    setStateOf(thread, port.PORT_STATE_RUNNING);
    const found = this.find(portOf(thread));
    if (!found) return 0;
    found.active++;
    return 1;
  }

  /** N3.5: exit counts as leaving. */
  private leave(hart: u32, thread: u32): u32 {
    const found = this.activePort(hart, thread);
    if (!found) return 0;
    setPortOf(thread, 0);
    setStateOf(thread, port.PORT_STATE_RUNNING);
    this.departed(hart, found);
    return 1;
  }

  /** The port on which a thread counts as active, or null. */
  private activePort(hart: u32, thread: u32): Port | null {
    if (!isRecord(thread, port.PORT_THREAD_SIZE)) {
      this.refuse(hart, thread, port.PORT_ERROR_ADDRESS, 0);
      return null;
    }
    const state = stateOf(thread);
    if (state == port.PORT_STATE_RUNNING || state == port.PORT_STATE_INTERRUPTED) {
      return this.find(portOf(thread));
    }
    this.refuse(hart, thread, port.PORT_ERROR_STATE, 0);
    return null;
  }

  private isInState(hart: u32, thread: u32, state: u32): bool {
    if (isRecord(thread, port.PORT_THREAD_SIZE)) return stateOf(thread) == state;
    this.refuse(hart, thread, port.PORT_ERROR_ADDRESS, 0);
    return false;
  }

  /** A thread is active no more: another one may run. */
  private departed(hart: u32, found: Port): void {
    found.deactivate();
    if (!found.hasRoom || found.packets.count == 0 || found.waiters.count == 0) return;
    const thread = this.popFrom(hart, found.waiters);
    const packet = this.popFrom(hart, found.packets);
    if (thread == 0 || packet == 0) return;
    this.release(hart, found, thread, packet);
  }

  private release(hart: u32, found: Port, thread: u32, packet: u32): void {
    found.active++;
    this.timeouts.drop(thread);
    count(COUNT_packetsRemoved);
    this.deliver(hart, found.handle, thread, packet);
  }

  /** A deadline has passed. */
  private expire(thread: u32): void {
    const hart = min(hartOf(thread), this.harts - 1);
    const found = this.find(portOf(thread));
    if (!found || !found.waiters.remove(thread)) {
      this.refuse(hart, thread, port.PORT_ERROR_LIST, 0);
      return;
    }
    found.active++;
    this.deliver(hart, found.handle, thread, port.PORT_TIMEOUT);
  }

  private deliver(hart: u32, handle: u32, thread: u32, value: u32): void {
    setStateOf(thread, port.PORT_STATE_RELEASED);
    setValueOf(thread, value);
    this.bank(hart).released.pushTail(thread);
    count(COUNT_threadsReleased);
    trace(TRACE_port_release, handle, thread, value);
    this.updateLine(hart);
  }

  private popReleased(hart: u32): u32 {
    const bank = this.bank(hart);
    const thread = this.popFrom(hart, bank.released);
    bank.releaseValue = 0;
    if (thread != 0) {
      setStateOf(thread, port.PORT_STATE_RUNNING);
      bank.releaseValue = valueOf(thread);
    }
    this.updateLine(hart);
    return thread;
  }

  private updateLine(hart: u32): void {
    setLine(port.PORT_PLIC_SOURCE + hart, this.bank(hart).released.count > 0);
  }

  /** Take the first record of a list, reporting a list that was destroyed. */
  private popFrom(hart: u32, list: GuestList): u32 {
    const breaks = list.breaks;
    const record = list.popHead();
    if (list.breaks != breaks) this.refuse(hart, record, port.PORT_ERROR_LIST, 0);
    return record;
  }

  private refuse(hart: u32, address: u32, code: u32, answer: u32): u32 {
    const bank = this.bank(hart);
    bank.error = code;
    bank.errors++;
    count(COUNT_deviceErrors);
    trace(TRACE_device_error, this.number, address, code);
    return answer;
  }
}

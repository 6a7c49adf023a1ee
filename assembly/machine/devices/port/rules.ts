/**
 * The rules of completion ports (N3.1 to N3.8), command by command. A command belongs to a hart: errors are noted in its bank, and
 * the threads that it releases come out of its FIFO.
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
} from './state';

const INDEX_BITS: u32 = 6;
const INDEX_MASK: u32 = port.PORT_LIMIT - 1;
const GENERATION_MASK: u32 = 0xffffff;

export abstract class PortRules extends Device {
  protected harts: u32;
  protected open: u32 = 0;
  protected ports: usize;
  protected banks: usize;
  protected timed: usize;

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

  protected get timeouts(): Timeouts {
    const timeouts = changetype<Timeouts>(this.timed);
    timeouts.device = this.number;
    return timeouts;
  }

  protected place(n: u32): Port {
    return changetype<Port>(this.ports + n * PORT_BYTES);
  }

  protected bank(hart: u32): PortBank {
    return changetype<PortBank>(this.banks + hart * BANK_BYTES);
  }

  /** The open port of a handle, or null. */
  find(handle: u32): Port | null {
    const place = this.place(handle & INDEX_MASK);
    return handle != 0 && place.handle == handle ? place : null;
  }

  protected create(hart: u32, concurrency: u32): u32 {
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
  protected close(hart: u32, handle: u32): u32 {
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
  protected insert(hart: u32, packet: u32, first: bool): u32 {
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
  protected insertsForItself(bank: PortBank): bool {
    const thread = bank.inserter;
    if (thread == 0 || !isRecord(thread, port.PORT_THREAD_SIZE)) return false;
    return portOf(thread) == bank.port && stateOf(thread) == port.PORT_STATE_INTERRUPTED;
  }

  /** N3.3, N3.4, N3.7. */
  protected remove(hart: u32, thread: u32): u32 {
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
  protected associate(hart: u32, found: Port, thread: u32): void {
    const old = portOf(thread);
    if (old == found.handle) {
      found.deactivate();
      return;
    }
    setPortOf(thread, found.handle);
    const left = this.find(old);
    if (left) this.departed(hart, left);
  }

  protected give(found: Port, thread: u32, packet: u32): u32 {
    found.active++;
    count(COUNT_packetsRemoved);
    trace(TRACE_port_remove, found.handle, packet, thread);
    return packet;
  }

  protected park(hart: u32, found: Port, thread: u32, deadline: u64): void {
    setStateOf(thread, port.PORT_STATE_PARKED);
    setHartOf(thread, hart);
    setDeadlineOf(thread, deadline);
    found.waiters.pushHead(thread);
    this.timeouts.add(thread, deadline);
    trace(TRACE_port_park, found.handle, thread, 0);
  }

  /** More packets for a thread that is active already. */
  protected take(hart: u32, thread: u32): u32 {
    const found = this.activePort(hart, thread);
    if (!found || found.handle != this.bank(hart).port) return 0;
    const packet = this.popFrom(hart, found.packets);
    if (packet == 0) return 0;
    count(COUNT_packetsRemoved);
    trace(TRACE_port_remove, found.handle, packet, thread);
    return packet;
  }

  /** The thread leaves its wait without a packet. */
  protected interrupt(hart: u32, thread: u32): u32 {
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
  protected block(hart: u32, thread: u32): u32 {
    const found = this.activePort(hart, thread);
    if (!found) return 0;
    setStateOf(thread, port.PORT_STATE_BLOCKED);
    this.departed(hart, found);
    return 1;
  }

  /** N3.5: it counts again, above the limit if need be. */
  protected wake(hart: u32, thread: u32): u32 {
    if (!this.isInState(hart, thread, port.PORT_STATE_BLOCKED)) return 0;
    setStateOf(thread, port.PORT_STATE_RUNNING);
    const found = this.find(portOf(thread));
    if (!found) return 0;
    found.active++;
    return 1;
  }

  /** N3.5: exit counts as leaving. */
  protected leave(hart: u32, thread: u32): u32 {
    const found = this.activePort(hart, thread);
    if (!found) return 0;
    setPortOf(thread, 0);
    setStateOf(thread, port.PORT_STATE_RUNNING);
    this.departed(hart, found);
    return 1;
  }

  /** The port on which a thread counts as active, or null. */
  protected activePort(hart: u32, thread: u32): Port | null {
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

  protected isInState(hart: u32, thread: u32, state: u32): bool {
    if (isRecord(thread, port.PORT_THREAD_SIZE)) return stateOf(thread) == state;
    this.refuse(hart, thread, port.PORT_ERROR_ADDRESS, 0);
    return false;
  }

  /** A thread is active no more: another one may run. */
  protected departed(hart: u32, found: Port): void {
    found.deactivate();
    if (!found.hasRoom || found.packets.count == 0 || found.waiters.count == 0) return;
    const thread = this.popFrom(hart, found.waiters);
    const packet = this.popFrom(hart, found.packets);
    if (thread == 0 || packet == 0) return;
    this.release(hart, found, thread, packet);
  }

  protected release(hart: u32, found: Port, thread: u32, packet: u32): void {
    found.active++;
    this.timeouts.drop(thread);
    count(COUNT_packetsRemoved);
    this.deliver(hart, found.handle, thread, packet);
  }

  /** A deadline has passed. */
  protected expire(thread: u32): void {
    const hart = min(hartOf(thread), this.harts - 1);
    const found = this.find(portOf(thread));
    if (!found || !found.waiters.remove(thread)) {
      this.refuse(hart, thread, port.PORT_ERROR_LIST, 0);
      return;
    }
    found.active++;
    this.deliver(hart, found.handle, thread, port.PORT_TIMEOUT);
  }

  protected deliver(hart: u32, handle: u32, thread: u32, value: u32): void {
    setStateOf(thread, port.PORT_STATE_RELEASED);
    setValueOf(thread, value);
    this.bank(hart).released.pushTail(thread);
    count(COUNT_threadsReleased);
    trace(TRACE_port_release, handle, thread, value);
    this.updateLine(hart);
  }

  protected updateLine(hart: u32): void {
    setLine(port.PORT_PLIC_SOURCE + hart, this.bank(hart).released.count > 0);
  }

  /** Take the first record of a list, reporting a list that was destroyed. */
  protected popFrom(hart: u32, list: GuestList): u32 {
    const breaks = list.breaks;
    const record = list.popHead();
    if (list.breaks != breaks) this.refuse(hart, record, port.PORT_ERROR_LIST, 0);
    return record;
  }

  protected refuse(hart: u32, address: u32, code: u32, answer: u32): u32 {
    const bank = this.bank(hart);
    bank.error = code;
    bank.errors++;
    count(COUNT_deviceErrors);
    trace(TRACE_device_error, this.number, address, code);
    return answer;
  }
}

/**
 * Completion-port unit: NT's KQUEUE as hardware. Packets wait in FIFO order, threads park in LIFO order, and no more than the
 * limit of associated threads run, as far as the unit can help it (N3.1 to N3.8). Packets and threads are records in guest RAM;
 * registers.table.ts is the programming interface. A thread that the unit releases comes out of the FIFO of the hart whose
 * command released it, or, for a timeout, of the hart that parked it.
 *
 * Left out: association of files, waits on the port's handle and APCs are the executive's work.
 */
import * as port from '../../generated/port';
import { setStateOf, valueOf } from './state';
import { PortRules } from './rules';

const BANK_MASK: u32 = port.PORT_BANK_SIZE - 1;

export class PortUnit extends PortRules {
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
}

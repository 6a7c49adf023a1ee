/**
 * UART 16550A, enough for a console: receive FIFO with trigger levels and timeout, transmitter that sends at once, interrupts,
 * loopback. Left out: line errors other than overrun, modem changes, break. Registers: registers.table.ts.
 */
import { cancel, now, schedule } from '../../clock';
import {
  UART_CLOCK_HZ,
  UART_DATA,
  UART_FCR,
  UART_FCR_CLEAR_RECEIVE,
  UART_FCR_ENABLE,
  UART_FCR_TRIGGER_SHIFT,
  UART_FIFO_BYTES,
  UART_IER,
  UART_IER_LINE,
  UART_IER_RECEIVE,
  UART_IER_TRANSMIT,
  UART_LCR,
  UART_LCR_DLAB,
  UART_LSR,
  UART_LSR_DATA_READY,
  UART_LSR_IDLE,
  UART_LSR_OVERRUN,
  UART_LSR_THR_EMPTY,
  UART_MCR,
  UART_MCR_LOOP,
  UART_MSR,
  UART_SCR,
  UART_SOURCE,
} from '../../generated/uart';
import { CONSOLE, CONSOLE_BYTES, allocate } from '../../layout';
import { STOP_Console } from '../../generated/stops';
import { requestStop } from '../../stop';
import { Device } from '../device';
import { setLine } from '../plic';

const IIR_NONE: u32 = 1;
const IIR_TRANSMIT: u32 = 2;
const IIR_RECEIVE: u32 = 4;
const IIR_LINE: u32 = 6;
const IIR_TIMEOUT: u32 = 12;
const IIR_FIFO_ON: u32 = 0xc0;
/** CTS, DSR and DCD are on. */
const MODEM_READY: u32 = 0xb0;
const EVENT_TIMEOUT: u32 = 0;
/** A character is a start bit, eight data bits and a stop bit. */
const BITS_PER_CHARACTER: u64 = 10;

/** Output at which the host is asked to take it; what one event of a device may still write fits behind it. */
const CONSOLE_STOP: u32 = CONSOLE_BYTES - 2048;

/** Console bytes written and not yet taken by the host. They are output, not state. */
export let consoleCount: u32 = 0;

export function consoleClear(): void {
  consoleCount = 0;
}

/** Add a byte to the console's output. */
export function consolePut(byte: u32): void {
  store<u8>(CONSOLE + consoleCount, <u8>byte);
  if (++consoleCount >= CONSOLE_STOP) requestStop(STOP_Console);
  consoleCount = min<u32>(consoleCount, CONSOLE_BYTES - 1);
}

export class Uart extends Device {
  enables: u32 = 0;
  lineControl: u32 = 0;
  modemControl: u32 = 0;
  scratch: u32 = 0;
  divisor: u32 = 2;
  fifoOn: bool = false;
  trigger: u32 = 1;
  overrun: bool = false;
  timedOut: bool = false;
  /** The transmitter has become empty since IIR was read. */
  emptied: bool = false;
  head: u32 = 0;
  count: u32 = 0;
  private fifo: usize = allocate(UART_FIFO_BYTES);

  constructor(private clockHz: u64) {
    super();
  }

  read(offset: u32, width: u32): u32 {
    if (width != 1) return this.unknown(offset);
    const divisor = (this.lineControl & UART_LCR_DLAB) != 0;
    switch (offset) {
      case UART_DATA:
        return divisor ? this.divisor & 0xff : this.take();
      case UART_IER:
        return divisor ? this.divisor >> 8 : this.enables;
      case UART_FCR:
        return this.identify();
      case UART_LCR:
        return this.lineControl;
      case UART_MCR:
        return this.modemControl;
      case UART_LSR:
        return this.lineStatus();
      case UART_MSR:
        return this.modemStatus();
      case UART_SCR:
        return this.scratch;
      default:
        return this.unknown(offset);
    }
  }

  write(offset: u32, width: u32, value: u32): void {
    const divisor = (this.lineControl & UART_LCR_DLAB) != 0;
    if (width != 1) offset = u32.MAX_VALUE;
    switch (offset) {
      case UART_DATA:
        if (divisor) this.divisor = (this.divisor & 0xff00) | value;
        else this.send(value);
        break;
      case UART_IER:
        if (divisor) this.divisor = (this.divisor & 0xff) | (value << 8);
        else this.enable(value);
        break;
      case UART_FCR:
        this.controlFifo(value);
        break;
      case UART_LCR:
        this.lineControl = value;
        break;
      case UART_MCR:
        this.modemControl = value & 0x1f;
        break;
      case UART_LSR:
      case UART_MSR:
        break;
      case UART_SCR:
        this.scratch = value;
        break;
      default:
        this.unknown(offset);
        return;
    }
    this.update();
  }

  /** No byte has come or been read for four character times while some wait below the trigger level. */
  event(_id: u32): void {
    this.timedOut = true;
    this.update();
  }

  /** A byte arrives from the host; false if the FIFO is full and the host should keep it. */
  receive(byte: u32): bool {
    if (this.count == this.capacity()) return false;
    this.append(byte);
    this.update();
    return true;
  }

  stateBytes(): u32 {
    return offsetof<Uart>();
  }

  private capacity(): u32 {
    return this.fifoOn ? UART_FIFO_BYTES : 1;
  }

  private append(byte: u32): void {
    if (this.count == this.capacity()) {
      this.overrun = true;
      return;
    }
    store<u8>(this.fifo + ((this.head + this.count) % UART_FIFO_BYTES), <u8>byte);
    this.count++;
    this.restartTimeout();
  }

  private take(): u32 {
    if (this.count == 0) return 0;
    const byte = load<u8>(this.fifo + this.head);
    this.head = (this.head + 1) % UART_FIFO_BYTES;
    this.count--;
    this.restartTimeout();
    this.update();
    return byte;
  }

  private restartTimeout(): void {
    this.timedOut = false;
    cancel(this.number, EVENT_TIMEOUT);
    if (!this.fifoOn || this.count == 0 || this.count >= this.trigger) return;
    const clocks = 4 * BITS_PER_CHARACTER * 16 * max<u32>(this.divisor, 1);
    schedule(now() + (this.clockHz * clocks) / UART_CLOCK_HZ, this.number, EVENT_TIMEOUT);
  }

  private send(byte: u32): void {
    this.emptied = true;
    if (this.modemControl & UART_MCR_LOOP) {
      this.append(byte);
      return;
    }
    consolePut(byte);
  }

  private enable(value: u32): void {
    if (~this.enables & value & UART_IER_TRANSMIT) this.emptied = true;
    this.enables = value & 0xf;
  }

  private controlFifo(value: u32): void {
    const on = (value & UART_FCR_ENABLE) != 0;
    if (on != this.fifoOn || (value & UART_FCR_CLEAR_RECEIVE) != 0) {
      this.count = 0;
      this.overrun = false;
    }
    this.fifoOn = on;
    const level = (value >> UART_FCR_TRIGGER_SHIFT) & 3;
    this.trigger = !on || level == 0 ? 1 : level == 3 ? 14 : 4 * level;
    this.restartTimeout();
  }

  /** Reading IIR takes the transmitter's interrupt back when that is what it says. */
  private identify(): u32 {
    const reason = this.reason();
    if (reason == IIR_TRANSMIT) {
      this.emptied = false;
      this.update();
    }
    return this.fifoOn ? reason | IIR_FIFO_ON : reason;
  }

  private lineStatus(): u32 {
    let status = UART_LSR_THR_EMPTY | UART_LSR_IDLE;
    if (this.count) status |= UART_LSR_DATA_READY;
    if (this.overrun) status |= UART_LSR_OVERRUN;
    this.overrun = false;
    this.update();
    return status;
  }

  /** In loopback DTR, RTS, OUT1 and OUT2 come back as DSR, CTS, RI and DCD. */
  private modemStatus(): u32 {
    const control = this.modemControl;
    if ((control & UART_MCR_LOOP) == 0) return MODEM_READY;
    return ((control & 0xc) << 4) | ((control & 2) << 3) | ((control & 1) << 5);
  }

  private reason(): u32 {
    if (this.overrun && (this.enables & UART_IER_LINE) != 0) return IIR_LINE;
    if (this.enables & UART_IER_RECEIVE) {
      if (this.count >= this.trigger) return IIR_RECEIVE;
      if (this.timedOut) return IIR_TIMEOUT;
    }
    return this.emptied && (this.enables & UART_IER_TRANSMIT) != 0 ? IIR_TRANSMIT : IIR_NONE;
  }

  private update(): void {
    setLine(UART_SOURCE, this.reason() != IIR_NONE);
  }
}

import { RAM_BASE, newBoard, plug, runTo } from '../../__tests__/board';
import { refused } from '../../../bus';
import { nextEvent } from '../../../clock';
import { resetHarts } from '../../../cpu/hart';
import {
  UART_DATA,
  UART_FCR,
  UART_IER,
  UART_LCR,
  UART_LSR,
  UART_MCR,
  UART_MSR,
  UART_SCR,
} from '../../../generated/uart';
import { Plic } from '../../plic';
import { Uart } from '../index';

const SOURCE: u32 = 10;
const NONE: u32 = 1;
const EMPTY: u32 = 2;
const DATA: u32 = 4;
const LINE: u32 = 6;
const TIMEOUT: u32 = 12;
const FIFO: u32 = 0xc0;

let uart: Uart = changetype<Uart>(0);
let plic: Plic = changetype<Plic>(0);

function line(): bool {
  return (plic.lines & ((<u64>1) << SOURCE)) != 0;
}

function reason(): u32 {
  return uart.read(UART_FCR, 1);
}

function receive(count: u32): u32 {
  let taken: u32 = 0;
  for (let n: u32 = 0; n < count; n++) taken += u32(uart.receive(0x41 + n));
  return taken;
}

describe('UART', () => {
  beforeEach(() => {
    newBoard();
    resetHarts(1, RAM_BASE);
    plic = new Plic();
    uart = new Uart(1_000_000_000);
    plug(plic, 0x3000_0000, 0x60_0000);
    plug(uart, 0x1000_0000, 0x100);
  });

  it('holds one byte without the FIFO, and sixteen with it', () => {
    expect(receive(3)).toBe(1);
    expect(uart.read(UART_DATA, 1)).toBe(0x41);
    uart.write(UART_FCR, 1, 1);
    expect(receive(20)).toBe(16);
    for (let n: u32 = 0; n < 16; n++) {
      expect(uart.read(UART_LSR, 1) & 1).toBe(1);
      expect(uart.read(UART_DATA, 1)).toBe(0x41 + n);
    }
    expect(uart.read(UART_LSR, 1) & 1).toBe(0);
  });

  it('interrupts for data at the trigger level', () => {
    uart.write(UART_FCR, 1, 0x41);
    uart.write(UART_IER, 1, 1);
    receive(3);
    expect(line()).toBe(false);
    receive(1);
    expect(line()).toBe(true);
    expect(reason()).toBe(DATA | FIFO);
    uart.read(UART_DATA, 1);
    expect(line()).toBe(false);
  });

  it('interrupts for a few bytes after four character times', () => {
    uart.write(UART_FCR, 1, 0xc1);
    uart.write(UART_IER, 1, 1);
    receive(2);
    const due = nextEvent();
    runTo(due - 1);
    expect(line()).toBe(false);
    runTo(due);
    expect(reason()).toBe(TIMEOUT | FIFO);
    uart.read(UART_DATA, 1);
    expect(line()).toBe(false);
  });

  it('says that the transmitter is empty until IIR is read', () => {
    uart.write(UART_IER, 1, 2);
    expect(line()).toBe(true);
    expect(reason()).toBe(EMPTY);
    expect(line()).toBe(false);
    expect(reason()).toBe(NONE);
    uart.write(UART_DATA, 1, 0x30);
    expect(line()).toBe(true);
  });

  it('loops back', () => {
    uart.write(UART_MCR, 1, 0x1f);
    expect(uart.read(UART_MSR, 1)).toBe(0xf0);
    uart.write(UART_DATA, 1, 0x55);
    expect(uart.read(UART_DATA, 1)).toBe(0x55);
    uart.write(UART_IER, 1, 4);
    uart.write(UART_DATA, 1, 1);
    uart.write(UART_DATA, 1, 2);
    expect(reason()).toBe(LINE);
    expect(uart.read(UART_LSR, 1) & 2).toBe(2);
    expect(uart.read(UART_LSR, 1) & 2).toBe(0);
    expect(line()).toBe(false);
  });

  it('keeps divisor and scratch, and refuses words', () => {
    uart.write(UART_LCR, 1, 0x83);
    uart.write(UART_DATA, 1, 0x12);
    uart.write(UART_IER, 1, 0x34);
    expect(uart.read(UART_DATA, 1) | (uart.read(UART_IER, 1) << 8)).toBe(0x3412);
    uart.write(UART_LCR, 1, 3);
    uart.write(UART_SCR, 1, 0x5a);
    expect(uart.read(UART_SCR, 1)).toBe(0x5a);
    uart.read(UART_DATA, 4);
    expect(refused).toBe(true);
  });
});

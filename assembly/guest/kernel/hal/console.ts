import { mmioLoad8, mmioStore8 } from '../rv';
import { acquireLeaf, releaseLeaf } from '../ke/spinlock';
import { UART, UART_LSR, UART_LSR_THRE, UART_THR } from './board';

/** The console: a UART 16550, written without interrupts. Input is not read. */

/** Threads do not write into each other's texts. */
const lock = memory.data(4, 4);
/** So many bytes of a program's text are written without a break. */
const PIECE: usize = 256;

/** Begin a text; the answer is for unlockConsole. Below DISPATCH threads wait for its end. */
export function lockConsole(): u32 {
  return acquireLeaf(lock);
}

export function unlockConsole(old: u32): void {
  releaseLeaf(lock, old);
}

/** Write a text of any length, which lets others in after each piece. */
export function writeText(text: usize, bytes: usize): void {
  for (const end = text + bytes; text < end; text += PIECE) {
    const old = lockConsole();
    writeBytes(text, min(end - text, PIECE));
    unlockConsole(old);
  }
}

/** Write one byte. */
export function writeByte(byte: u32): void {
  while (!(mmioLoad8(UART + UART_LSR) & UART_LSR_THRE)) continue;
  mmioStore8(UART + UART_THR, byte);
}

/** Write bytes from memory. */
export function writeBytes(text: usize, bytes: usize): void {
  for (let end = text + bytes; text < end; text++) writeByte(load<u8>(text));
}

/** Write a message of the kernel itself; its characters are ASCII. */
export function writeMessage(message: string): void {
  const text = changetype<usize>(message);
  for (let i = 0, length = message.length; i < length; i++) {
    writeByte(load<u16>(text + ((<usize>i) << 1)));
  }
}

/** Write a number as 0x and eight digits. */
export function writeHex(value: u32): void {
  writeMessage('0x');
  for (let shift: i32 = 28; shift >= 0; shift -= 4) {
    const digit = (value >> shift) & 15;
    writeByte(digit < 10 ? 48 + digit : 87 + digit);
  }
}

/** Write a number in decimal. */
export function writeDecimal(value: u32): void {
  if (value >= 10) writeDecimal(value / 10);
  writeByte(48 + (value % 10));
}

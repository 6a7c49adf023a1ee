/**
 * The same reads of a file, blocking and overlapped. Watch: the blocking
 * call goes down to the driver and waits there, and the disk's interrupt
 * wakes the thread that asked; the overlapped one returns at once, and its
 * completion goes through the port to whichever thread is free.
 *
 * Give it a disk with a file named "data": `--disk files.tar`.
 */
import { File, cycles, print } from 'nothread/guest';

const reads = 8;
const blockBytes = 512;

function sumOf(buffer: Uint8Array): u32 {
  let sum: u32 = 0;
  for (const byte of buffer) sum += byte;
  return sum;
}

function blocking(): void {
  const file = File.openBlocking('data');
  if (!file) return print('no file');
  const buffer = new Uint8Array(blockBytes);
  let sum: u32 = 0;
  const began = cycles();
  for (let index = 0; index < reads; index++) {
    file.readBlocking(buffer, blockBytes, index * blockBytes);
    sum += sumOf(buffer);
  }
  const elapsed = (cycles() - began) / reads;
  print(`blocking: sum ${sum} of ${reads} reads, ${elapsed} cycles each`);
}

async function overlapped(): Promise<void> {
  const file = File.open('data');
  if (!file) return print('no file');
  const buffer = new Uint8Array(blockBytes);
  let sum: u32 = 0;
  const began = cycles();
  for (let index = 0; index < reads; index++) {
    await file.read(buffer, blockBytes, index * blockBytes);
    sum += sumOf(buffer);
  }
  const elapsed = (cycles() - began) / reads;
  print(`overlapped: sum ${sum} of ${reads} reads, ${elapsed} cycles each`);
}

export async function main(): Promise<void> {
  blocking();
  await overlapped();
}

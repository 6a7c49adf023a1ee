/**
 * A pump reads a block and writes it, again and again. Watch: with one
 * await after the other the two devices take turns; with the next read
 * issued before the write is awaited both work at once, in half the time.
 * The danger: both requests then have a buffer, and if it is the same one
 * the read overwrites what is not written yet.
 */
import { cycles, microsecond, print, sleep } from 'nothread/guest';

const blocks = 10;
const bytes = 64;

/** Fills the buffer with the block's number after a while. */
async function read(buffer: Uint8Array, block: i32): Promise<i32> {
  await sleep(40 * microsecond);
  buffer.fill(block as u8);
  return bytes;
}

let written = 0;

/** Takes what is in the buffer at its end. */
async function write(buffer: Uint8Array): Promise<void> {
  await sleep(50 * microsecond);
  written += buffer[0];
}

async function oneAfterTheOther(): Promise<void> {
  const buffer = new Uint8Array(bytes);
  for (let block = 0; block < blocks; block++) {
    await read(buffer, block);
    await write(buffer);
  }
}

async function ahead(first: Uint8Array, second: Uint8Array): Promise<void> {
  let next = read(first, 0);
  for (let block = 0; block < blocks; block++) {
    await next;
    const writing = write(block % 2 == 0 ? first : second);
    if (block + 1 < blocks)
      next = read(block % 2 == 0 ? second : first, block + 1);
    await writing;
  }
}

async function measure(
  name: string,
  pump: () => Promise<void>,
): Promise<void> {
  written = 0;
  const began = cycles();
  await pump();
  print(`${name}: sum ${written} in ${cycles() - began} cycles`);
}

export async function main(): Promise<void> {
  await measure('one after the other', oneAfterTheOther);
  await measure('ahead, two buffers', (): Promise<void> =>
    ahead(new Uint8Array(bytes), new Uint8Array(bytes)),
  );
  const shared = new Uint8Array(bytes);
  await measure('ahead, one buffer', (): Promise<void> =>
    ahead(shared, shared),
  );
}

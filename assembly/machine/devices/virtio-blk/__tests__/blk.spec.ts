import { RAM_BASE, RAM_BYTES, newBoard, plug, runTo, setWord, word } from '../../__tests__/board';
import { ramAt } from '../../../bus';
import { now } from '../../../clock';
import * as virtio from '../../../generated/virtio';
import * as blk from '../../../generated/virtio-blk';
import { Driver } from '../../virtio/__tests__/driver';
import { feature } from '../../virtio/transport';
import { VirtioBlk } from '../index';

const HEADER: u32 = RAM_BASE + 0x4_0000;
const STATUS: u32 = HEADER + 0x100;
const DATA: u32 = HEADER + 0x1000;
const SECTORS: u32 = 64;
const MIN_FEATURES: u64 = feature(virtio.VIRTIO_F_VERSION_1);

let disk: VirtioBlk = changetype<VirtioBlk>(0);
let driver: Driver = changetype<Driver>(0);

/** A disk whose sector n is filled with the byte n. */
function create(readOnly: bool): void {
  newBoard();
  disk = new VirtioBlk(1, 1_000_000_000);
  plug(disk, 0x1000_2000, 0x1000);
  const image = disk.reserve(SECTORS * 512);
  for (let n: u32 = 0; n < SECTORS; n++) memory.fill(image + n * 512, <u8>n, 512);
  disk.insert(readOnly);
  driver = new Driver(disk);
  driver.start(MIN_FEATURES | (readOnly ? feature(blk.VIRTIO_BLK_F_RO) : 0), 1);
}

/** Do a request; returns its status. */
function request(type: u32, sector: u32, bytes: u32, toDevice: bool): u32 {
  setWord(HEADER, type);
  setWord(HEADER + 4, 0);
  setWord(HEADER + 8, sector);
  setWord(HEADER + 12, 0);
  setWord(STATUS, 0xff);
  const next = virtio.VIRTIO_DESC_F_NEXT;
  driver.describe(0, 0, HEADER, 16, next, bytes ? 1 : 2);
  driver.describe(0, 1, DATA, bytes, next | (toDevice ? 0 : virtio.VIRTIO_DESC_F_WRITE), 2);
  driver.describe(0, 2, STATUS, 1, virtio.VIRTIO_DESC_F_WRITE, 0);
  driver.offer(0, 0);
  driver.ring(0);
  runTo(now() + 100_000);
  return word(STATUS) & 0xff;
}

describe('virtio-blk', () => {
  beforeEach(() => create(false));

  it('is an empty slot until it has an image', () => {
    newBoard();
    disk = new VirtioBlk(1, 1_000_000_000);
    plug(disk, 0x1000_2000, 0x1000);
    driver = new Driver(disk);
    expect(driver.get(virtio.VIRTIO_DEVICE_ID)).toBe(0);
    expect(disk.reserve(0)).toBe(0);
    expect(disk.reserve(513)).toBe(0);
    disk.reserve(512);
    disk.insert(false);
    expect(driver.get(virtio.VIRTIO_DEVICE_ID)).toBe(virtio.VIRTIO_ID_BLOCK);
  });

  it('says how large it is', () => {
    expect(disk.read(blk.VIRTIO_BLK_CAPACITY, 4)).toBe(SECTORS);
    expect(disk.read(blk.VIRTIO_BLK_CAPACITY + 4, 4)).toBe(0);
    expect(disk.read(blk.VIRTIO_BLK_BLK_SIZE, 4)).toBe(512);
  });

  it('reads after access time and transfer', () => {
    driver.ring(0);
    setWord(HEADER, blk.VIRTIO_BLK_T_IN);
    setWord(HEADER + 8, 3);
    driver.describe(0, 0, HEADER, 16, virtio.VIRTIO_DESC_F_NEXT, 1);
    driver.describe(0, 1, DATA, 1025, virtio.VIRTIO_DESC_F_WRITE, 0);
    driver.offer(0, 0);
    const done: u64 = 8 + 20_000 + 2 * 16 + (16 + 1025 + 7) / 8;
    runTo(done - 1);
    expect(driver.reap(0)).toBe(0);
    runTo(done);
    expect(driver.reap(0)).toBe(1);
    expect(driver.written(0)).toBe(1025);
    expect(load<u8>(ramAt(DATA))).toBe(3);
    expect(load<u8>(ramAt(DATA + 1023))).toBe(4);
    expect(load<u8>(ramAt(DATA + 1024))).toBe(0, 'the status');
    expect(driver.acknowledge()).toBe(true);
  });

  it('reads back what was written', () => {
    memory.fill(ramAt(DATA), 0x99, 512);
    expect(request(blk.VIRTIO_BLK_T_OUT, 5, 512, true)).toBe(blk.VIRTIO_BLK_S_OK);
    memory.fill(ramAt(DATA), 0, 512);
    expect(request(blk.VIRTIO_BLK_T_IN, 5, 512, false)).toBe(blk.VIRTIO_BLK_S_OK);
    expect(word(DATA + 508)).toBe(0x99999999);
    expect(request(blk.VIRTIO_BLK_T_FLUSH, 0, 0, false)).toBe(blk.VIRTIO_BLK_S_OK);
  });

  it('has state that depends on the contents, not on how they came', () => {
    const before = state();
    memory.fill(ramAt(DATA), 0x99, 512);
    request(blk.VIRTIO_BLK_T_OUT, 5, 512, true);
    const changed = state();
    expect(changed).not.toBe(before);
    memory.fill(ramAt(DATA), 5, 512);
    request(blk.VIRTIO_BLK_T_OUT, 5, 512, true);
    expect(state()).toBe(before);
  });

  it('refuses what lies beyond the disk, parts of sectors and unknown types', () => {
    expect(request(blk.VIRTIO_BLK_T_IN, SECTORS, 512, false)).toBe(blk.VIRTIO_BLK_S_IOERR);
    expect(request(blk.VIRTIO_BLK_T_IN, SECTORS - 1, 1024, false)).toBe(blk.VIRTIO_BLK_S_IOERR);
    expect(request(blk.VIRTIO_BLK_T_OUT, 0xffff_ffff, 512, true)).toBe(blk.VIRTIO_BLK_S_IOERR);
    expect(request(blk.VIRTIO_BLK_T_IN, 0, 100, false)).toBe(blk.VIRTIO_BLK_S_IOERR);
    expect(request(77, 0, 512, false)).toBe(blk.VIRTIO_BLK_S_UNSUPP);
    expect(request(blk.VIRTIO_BLK_T_GET_ID, 0, 20, false)).toBe(blk.VIRTIO_BLK_S_OK);
    expect(word(DATA)).toBe(0x68746f6e);
  });

  it('does not write a read-only image', () => {
    create(true);
    expect(request(blk.VIRTIO_BLK_T_OUT, 5, 512, true)).toBe(blk.VIRTIO_BLK_S_IOERR);
    expect(request(blk.VIRTIO_BLK_T_IN, 5, 512, false)).toBe(blk.VIRTIO_BLK_S_OK);
    expect(word(DATA)).toBe(0x05050505);
  });

  it('asks for a reset after a request without header or status', () => {
    driver.give(0, HEADER, 15, false);
    driver.ring(0);
    runTo(now() + 100_000);
    expect(driver.needsReset).toBe(true);
    driver.start(MIN_FEATURES, 1);
    driver.give(0, RAM_BASE + RAM_BYTES - 16, 16, false);
    driver.ring(0);
    runTo(now() + 100_000);
    expect(driver.needsReset).toBe(true);
    driver.start(MIN_FEATURES, 1);
    expect(request(blk.VIRTIO_BLK_T_IN, 1, 512, false)).toBe(blk.VIRTIO_BLK_S_OK);
  });
});

/** A digest of the object's fields that do not belong to the transport. */
function state(): u64 {
  driver.start(MIN_FEATURES, 1);
  let sum: u64 = 0;
  for (let at: u32 = 0; at < disk.stateBytes(); at += 4) {
    sum = sum * 31 + load<u32>(changetype<usize>(disk) + at);
  }
  return sum;
}

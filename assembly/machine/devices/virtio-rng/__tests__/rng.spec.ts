import { RAM_BASE, newBoard, plug, runTo, word } from '../../__tests__/board';
import { now } from '../../../clock';
import * as virtio from '../../../generated/virtio';
import { Driver } from '../../virtio/__tests__/driver';
import { feature } from '../../virtio/transport';
import { VirtioRng } from '../index';

const DATA: u32 = RAM_BASE + 0x4_0000;

let driver: Driver = changetype<Driver>(0);

function create(seed: u64): void {
  newBoard();
  const unit = new VirtioRng(3, seed);
  plug(unit, 0x1000_4000, 0x1000);
  driver = new Driver(unit);
  driver.start(feature(virtio.VIRTIO_F_VERSION_1), 1);
}

function draw(bytes: u32): u32 {
  driver.give(0, DATA, bytes, true);
  driver.ring(0);
  runTo(now() + 10_000);
  return driver.written(0);
}

describe('virtio-rng', () => {
  it('gives the same numbers for the same seed and others for another', () => {
    create(1);
    expect(draw(8)).toBe(8);
    const first = word(DATA);
    draw(8);
    expect(word(DATA)).not.toBe(first);
    create(1);
    draw(8);
    expect(word(DATA)).toBe(first);
    create(2);
    draw(8);
    expect(word(DATA)).not.toBe(first);
  });

  it('is splitmix64: the published first number for seed 0', () => {
    create(0);
    draw(8);
    expect(word(DATA + 4)).toBe(0xe220a839);
    expect(word(DATA)).toBe(0x7b1dcdaf);
  });

  it('fills no more than it says, and no byte behind', () => {
    create(1);
    expect(draw(5)).toBe(5);
    expect(word(DATA + 4) >>> 8).toBe(0);
    expect(draw(10_000)).toBe(4096);
  });

  it('asks for a reset after a buffer to read from', () => {
    create(1);
    driver.give(0, DATA, 8, false);
    driver.ring(0);
    runTo(now() + 1000);
    expect(driver.needsReset).toBe(true);
  });
});

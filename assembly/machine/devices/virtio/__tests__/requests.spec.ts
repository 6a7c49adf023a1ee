import {
  RAM_BASE,
  RAM_BYTES,
  Random,
  guardsAreWhole,
  newBoard,
  plug,
  runTo,
  setGuards,
  setWord,
  traced,
} from '../../__tests__/board';
import { now } from '../../../clock';
import { TRACE_device_error } from '../../../generated/trace';
import * as virtio from '../../../generated/virtio';
import { VirtioBlk } from '../../virtio-blk';
import { VirtioConsole } from '../../virtio-console';
import { VirtioRng } from '../../virtio-rng';
import { consoleClear } from '../../uart';
import { EmptySlot } from '../empty';
import { VirtioDevice, feature } from '../transport';
import { Driver, RING_SIZE } from './driver';

const DATA: u32 = RAM_BASE + 0x4_0000;
const FEATURES: u64 = feature(virtio.VIRTIO_F_VERSION_1) | feature(virtio.VIRTIO_F_INDIRECT_DESC);

/** Random operations of a driver that knows no rules. */
function annoy(device: VirtioDevice, queues: u32, seed: u32): void {
  const driver = new Driver(device);
  const random = new Random(seed);
  driver.start(FEATURES, queues);
  for (let n = 0; n < 20_000; n++) {
    const queue = random.below(queues);
    const ring = driver.desc(queue) + 4 * random.below(0x300);
    switch (random.below(8)) {
      case 0:
        driver.ring(queue);
        break;
      case 1:
        setWord(ring, RAM_BASE + random.below(RAM_BYTES));
        break;
      case 2:
        setWord(ring, random.below(0x20_0000));
        break;
      case 3:
        driver.offer(queue, random.below(RING_SIZE));
        break;
      case 4:
        driver.give(queue, DATA + random.below(9000), random.below(3000), random.below(2) == 0);
        break;
      case 5:
        driver.set(4 * random.below(64), random.below(0x100));
        break;
      case 6:
        if (driver.needsReset) driver.start(FEATURES, queues);
        break;
      default:
        runTo(now() + random.below(500));
        consoleClear();
    }
  }
}

describe('virtio devices that serve requests', () => {
  beforeEach(() => newBoard());

  it('stand random drivers', () => {
    const console = new VirtioConsole(2);
    const rng = new VirtioRng(3, 1);
    plug(console, 0x1000_3000, 0x1000);
    plug(rng, 0x1000_4000, 0x1000);
    setGuards();
    annoy(console, 2, 11);
    expect(traced(TRACE_device_error, console.number) > 0).toBe(true);
    annoy(rng, 1, 12);
    expect(guardsAreWhole()).toBe(true);
    const disk = new VirtioBlk(1, 1_000_000);
    plug(disk, 0x1000_2000, 0x1000);
    const image = disk.reserve(512 * 64);
    memory.fill(image, 0, 512 * 65);
    disk.insert(false);
    annoy(disk, 1, 13);
    for (let at: u32 = 0; at < 512; at++) assert(load<u8>(image + 512 * 64 + at) == 0);
  });

  it('serve the chains of a queue one after the other', () => {
    const rng = new VirtioRng(3, 1);
    plug(rng, 0x1000_4000, 0x1000);
    const driver = new Driver(rng);
    driver.start(FEATURES, 1);
    driver.give(0, DATA, 64, true);
    driver.give(0, DATA + 64, 64, true);
    driver.ring(0);
    driver.ring(0);
    runTo(8 + 24);
    expect(driver.reap(0)).toBe(1);
    runTo(8 + 47);
    expect(driver.reap(0)).toBe(0);
    runTo(8 + 48);
    expect(driver.reap(0)).toBe(1);
  });

  it('go on with what is available when the driver becomes ready again', () => {
    const rng = new VirtioRng(3, 1);
    plug(rng, 0x1000_4000, 0x1000);
    const driver = new Driver(rng);
    driver.start(FEATURES, 1);
    driver.give(0, DATA, 64, true);
    driver.ring(0);
    driver.set(virtio.VIRTIO_STATUS, 0);
    runTo(1000);
    expect(driver.reap(0)).toBe(0);
    driver.start(FEATURES, 1);
    driver.give(0, DATA, 64, true);
    driver.ring(0);
    runTo(2000);
    expect(driver.reap(0)).toBe(1);
  });
});

describe('an empty slot', () => {
  it('has the right magic, no device, no queue', () => {
    newBoard();
    const slot = new EmptySlot(5);
    plug(slot, 0x1000_6000, 0x1000);
    expect(slot.read(virtio.VIRTIO_MAGIC_VALUE, 4)).toBe(virtio.VIRTIO_MAGIC_VALUE_RESET);
    expect(slot.read(virtio.VIRTIO_DEVICE_ID, 4)).toBe(0);
    expect(slot.read(virtio.VIRTIO_QUEUE_NUM_MAX, 4)).toBe(0);
    slot.write(virtio.VIRTIO_QUEUE_NOTIFY, 4, 0);
    expect(traced(TRACE_device_error, slot.number)).toBe(1);
  });
});

import { RAM_BASE, newBoard, plug, runTo } from '../../__tests__/board';
import { ramAt } from '../../../bus';
import { now } from '../../../clock';
import { STOP_Console } from '../../../generated/stops';
import * as virtio from '../../../generated/virtio';
import * as con from '../../../generated/virtio-console';
import { CONSOLE } from '../../../layout';
import { consoleClear, consoleCount } from '../../uart';
import { Driver } from '../../virtio/__tests__/driver';
import { feature } from '../../virtio/transport';
import { VirtioConsole } from '../index';

const RX: u32 = 0;
const TX: u32 = 1;
const DATA: u32 = RAM_BASE + 0x4_0000;

let unit: VirtioConsole = changetype<VirtioConsole>(0);
let driver: Driver = changetype<Driver>(0);

describe('virtio-console', () => {
  beforeEach(() => {
    newBoard();
    consoleClear();
    unit = new VirtioConsole(2);
    plug(unit, 0x1000_3000, 0x1000);
    driver = new Driver(unit);
    driver.start(feature(virtio.VIRTIO_F_VERSION_1) | feature(con.VIRTIO_CONSOLE_F_SIZE), 2);
  });

  it('says how large it is', () => {
    expect(unit.read(con.VIRTIO_CONSOLE_COLS, 2)).toBe(80);
    expect(unit.read(con.VIRTIO_CONSOLE_ROWS, 2)).toBe(25);
  });

  it('puts what is sent on the console', () => {
    memory.copy(ramAt(DATA), changetype<usize>(String.UTF8.encode('hello')), 5);
    driver.give(TX, DATA, 5, false);
    driver.ring(TX);
    runTo(now() + 1000);
    expect(driver.reap(TX)).toBe(1);
    expect(consoleCount).toBe(5);
    expect(load<u8>(CONSOLE + 4)).toBe(111);
    expect(driver.acknowledge()).toBe(true);
  });

  it('loses nothing of a long buffer: the machine stops for the host in between', () => {
    const bytes: u32 = 100_000;
    for (let n: u32 = 0; n < bytes; n++) store<u8>(ramAt(DATA + n), <u8>(n % 251));
    driver.give(TX, DATA, bytes, false);
    driver.ring(TX);
    let seen: u32 = 0;
    let stops = 0;
    while (driver.reap(TX) == 0) {
      if (runTo(now() + 10_000) == STOP_Console) stops++;
      for (let n: u32 = 0; n < consoleCount; n++) {
        if (load<u8>(CONSOLE + n) == <u8>((seen + n) % 251)) continue;
        expect(n).toBe(u32.MAX_VALUE, 'a byte is lost');
        return;
      }
      seen += consoleCount;
      consoleClear();
    }
    expect(seen).toBe(bytes);
    expect(stops > 0).toBe(true);
  });

  it('keeps input until there is a buffer for it', () => {
    for (let n: u32 = 0; n < 5; n++) expect(unit.receive(65 + n)).toBe(true);
    runTo(now() + 1000);
    expect(driver.reap(RX)).toBe(0);
    driver.give(RX, DATA, 3, true);
    driver.ring(RX);
    runTo(now() + 1000);
    expect(driver.reap(RX)).toBe(1);
    expect(driver.written(RX)).toBe(3);
    expect(load<u8>(ramAt(DATA + 2))).toBe(67);
    driver.give(RX, DATA, 64, true);
    driver.ring(RX);
    runTo(now() + 1000);
    expect(driver.written(RX)).toBe(2);
    driver.give(RX, DATA, 64, true);
    driver.ring(RX);
    runTo(now() + 1000);
    expect(driver.reap(RX)).toBe(1, 'the third waits for input');
    unit.receive(90);
    runTo(now() + 1000);
    expect(driver.reap(RX)).toBe(1);
    expect(load<u8>(ramAt(DATA))).toBe(90);
  });

  it('refuses input that it has no room for', () => {
    for (let n: u32 = 0; n < con.VIRTIO_CONSOLE_INPUT; n++) unit.receive(1);
    expect(unit.receive(1)).toBe(false);
  });

  it('asks for a reset after buffers of the wrong direction', () => {
    driver.give(TX, DATA, 5, true);
    driver.ring(TX);
    runTo(now() + 1000);
    expect(driver.needsReset).toBe(true);
  });
});

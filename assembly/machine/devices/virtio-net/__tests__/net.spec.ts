import { ramAt } from '../../../bus';
import { now } from '../../../clock';
import { COUNT_busFaults } from '../../../generated/counters';
import { STOP_FrameOut } from '../../../generated/stops';
import { TRACE_device_error, TRACE_nic_drop } from '../../../generated/trace';
import * as virtio from '../../../generated/virtio';
import * as net from '../../../generated/virtio-net';
import { COUNTERS } from '../../../layout';
import { NO_STOP } from '../../../stop';
import {
  RAM_BASE,
  RAM_BYTES,
  Random,
  guardsAreWhole,
  lineIsHigh,
  newBoard,
  plug,
  runTo,
  setGuards,
  setWord,
  traced,
  word,
} from '../../__tests__/board';
import { Driver, RING_SIZE, halfAt, setHalfAt } from '../../virtio/__tests__/driver';
import { feature } from '../../virtio/transport';
import { VirtioNet } from '../index';
import { completeChecksum, flowHash, fold, hasGoodChecksum, sum } from '../packet';

const RX: u32 = 0;
const TX: u32 = 1;
const CONTROL: u32 = 2;
const BUFFERS: u32 = RAM_BASE + 0x4_0000;
const BUFFER_BYTES: u32 = 0x800;
/** An indirect table. */
const TABLE: u32 = RAM_BASE + 0x6_0000;
const MIN_FEATURES: u64 = feature(virtio.VIRTIO_F_VERSION_1);
const CLOCK: u64 = 1_000_000_000;

let card: VirtioNet = changetype<VirtioNet>(0);
let driver: Driver = changetype<Driver>(0);

function create(pairs: u32): void {
  newBoard();
  card = new VirtioNet(0, pairs, CLOCK);
  plug(card, 0x1000_1000, 0x1000);
  driver = new Driver(card);
}

function start(features: u64): void {
  create(1);
  driver.start(MIN_FEATURES | features, 3);
}

/** Put an Ethernet frame to the card into the host's buffer. */
function frame(bytes: u32, fill: u8): void {
  memory.fill(card.input, fill, bytes);
  memory.fill(card.input, 0xff, 6);
}

/** A frame arrives now, after `after` cycles. */
function arrive(bytes: u32, fill: u8 = 0x11, after: u64 = 0): u32 {
  frame(bytes, fill);
  return card.receiveFrame(now() + after, bytes);
}

function giveReceive(count: u32, bytes: u32): void {
  for (let n: u32 = 0; n < count; n++) driver.give(RX, BUFFERS + n * BUFFER_BYTES, bytes, true);
}

/** Fill a transmit buffer: header of zeros and a frame. */
function prepare(address: u32, bytes: u32, fill: u8): void {
  memory.fill(ramAt(address), 0, net.VIRTIO_NET_HEADER_SIZE);
  memory.fill(ramAt(address + net.VIRTIO_NET_HEADER_SIZE), fill, bytes);
}

function send(bytes: u32, fill: u8): void {
  prepare(BUFFERS, bytes, fill);
  driver.give(TX, BUFFERS, net.VIRTIO_NET_HEADER_SIZE + bytes, false);
  driver.ring(TX);
}

/** Send a command; returns the acknowledgement. */
function command(kind: u32, code: u32, data: usize, bytes: u32): u32 {
  const at = BUFFERS + 0x8000;
  setHalfAt(at, <u16>(kind | (code << 8)));
  memory.copy(ramAt(at + 2), data, bytes);
  setWord(at + 0x2000, 0xff);
  driver.describe(CONTROL, 0, at, 2 + bytes, virtio.VIRTIO_DESC_F_NEXT, 1);
  driver.describe(CONTROL, 1, at + 0x2000, 1, virtio.VIRTIO_DESC_F_WRITE, 0);
  driver.offer(CONTROL, 0);
  driver.ring(CONTROL);
  runTo(now() + 1000);
  return word(at + 0x2000) & 0xff;
}

function moderation(code: u32, packets: u32, microseconds: u32): u32 {
  const data: StaticArray<u32> = [packets, microseconds];
  const answer = command(net.VIRTIO_NET_CTRL_NOTF_COAL, code, changetype<usize>(data), 8);
  driver.acknowledge();
  return answer;
}

function drops(reason: u32): u32 {
  return tracedDrops(reason);
}

function tracedDrops(reason: u32): u32 {
  let found: u32 = 0;
  for (let id: u32 = 1; id < 200; id++) found += traced(TRACE_nic_drop, id);
  return reason ? found : 0;
}

describe('virtio-mmio', () => {
  beforeEach(() => create(1));

  it('N6.6: magic, version, device and vendor', () => {
    expect(driver.get(virtio.VIRTIO_MAGIC_VALUE)).toBe(0x74726976);
    expect(driver.get(virtio.VIRTIO_VERSION)).toBe(2);
    expect(driver.get(virtio.VIRTIO_DEVICE_ID)).toBe(1);
    expect(driver.get(virtio.VIRTIO_VENDOR_ID)).not.toBe(0);
  });

  it('refuses a driver without VERSION_1, with unknown features, or with a control feature alone', () => {
    expect(driver.negotiate(0)).toBe(false);
    expect(driver.negotiate(MIN_FEATURES | feature(10))).toBe(false);
    expect(driver.negotiate(MIN_FEATURES | feature(net.VIRTIO_NET_F_CTRL_RX))).toBe(false);
    expect(driver.negotiate(MIN_FEATURES | feature(net.VIRTIO_NET_F_MAC))).toBe(true);
  });

  it('does not start before the features are agreed', () => {
    driver.set(virtio.VIRTIO_STATUS, virtio.VIRTIO_STATUS_DRIVER | virtio.VIRTIO_STATUS_DRIVER_OK);
    expect(driver.get(virtio.VIRTIO_STATUS)).toBe(virtio.VIRTIO_STATUS_DRIVER);
  });

  it('has one pair without MQ, and a control queue only with CTRL_VQ', () => {
    driver.negotiate(MIN_FEATURES);
    driver.set(virtio.VIRTIO_QUEUE_SEL, 1);
    expect(driver.get(virtio.VIRTIO_QUEUE_NUM_MAX)).toBe(256);
    driver.set(virtio.VIRTIO_QUEUE_SEL, 2);
    expect(driver.get(virtio.VIRTIO_QUEUE_NUM_MAX)).toBe(0);
    driver.negotiate(MIN_FEATURES | feature(net.VIRTIO_NET_F_CTRL_VQ));
    driver.set(virtio.VIRTIO_QUEUE_SEL, 2);
    expect(driver.get(virtio.VIRTIO_QUEUE_NUM_MAX)).toBe(256);
  });

  it('shows its address and limits in any width', () => {
    expect(card.read(net.VIRTIO_NET_MAC, 4)).toBe(0x12005452);
    expect(card.read(net.VIRTIO_NET_MAC + 5, 1)).toBe(0x56);
    expect(card.read(net.VIRTIO_NET_MTU, 2)).toBe(1500);
    expect(card.read(net.VIRTIO_NET_MAX_PAIRS, 2)).toBe(1);
    expect(card.read(net.VIRTIO_NET_RSS_MAX_INDIRECTION, 2)).toBe(128);
    expect(card.read(net.VIRTIO_NET_SUPPORTED_HASH_TYPES, 4)).toBe(7);
  });

  it('refuses sizes that are no power of two, rings outside RAM and changes of a ready queue', () => {
    driver.negotiate(MIN_FEATURES);
    driver.set(virtio.VIRTIO_QUEUE_SEL, 0);
    driver.set(virtio.VIRTIO_QUEUE_NUM, 3);
    driver.set(virtio.VIRTIO_QUEUE_NUM, 512);
    driver.set(virtio.VIRTIO_QUEUE_READY, 1);
    expect(driver.get(virtio.VIRTIO_QUEUE_READY)).toBe(0);
    driver.open(0);
    expect(driver.get(virtio.VIRTIO_QUEUE_READY)).toBe(1);
    driver.set(virtio.VIRTIO_QUEUE_NUM, 8);
    driver.set(virtio.VIRTIO_QUEUE_READY, 0);
    driver.set(virtio.VIRTIO_QUEUE_DESC_LOW, RAM_BASE + RAM_BYTES - 16);
    driver.set(virtio.VIRTIO_QUEUE_READY, 1);
    expect(driver.get(virtio.VIRTIO_QUEUE_READY)).toBe(0);
    expect(traced(TRACE_device_error, card.number)).toBe(5);
  });

  it('faults on registers it does not have', () => {
    driver.get(0x1c);
    driver.get(virtio.VIRTIO_QUEUE_NUM);
    card.read(virtio.VIRTIO_STATUS, 1);
    card.read(net.VIRTIO_NET_SUPPORTED_HASH_TYPES + 4, 1);
    driver.set(virtio.VIRTIO_MAGIC_VALUE, 0);
    driver.set(net.VIRTIO_NET_MAC, 0);
    card.exchange(virtio.VIRTIO_STATUS, 0);
    expect(load<u64>(COUNTERS + 8 * <usize>COUNT_busFaults)).toBe(7);
  });

  it('S129: acknowledging another bit leaves the line, the right one drops it', () => {
    start(0);
    giveReceive(1, BUFFER_BYTES);
    arrive(60);
    runTo(1000);
    expect(driver.interrupts).toBe(virtio.VIRTIO_INTERRUPT_STATUS_USED);
    driver.set(virtio.VIRTIO_INTERRUPT_ACK, virtio.VIRTIO_INTERRUPT_STATUS_CONFIG);
    expect(lineIsHigh(virtio.VIRTIO_PLIC_SOURCE)).toBe(true);
    expect(driver.interrupts).toBe(virtio.VIRTIO_INTERRUPT_STATUS_USED);
    driver.set(virtio.VIRTIO_INTERRUPT_ACK, virtio.VIRTIO_INTERRUPT_STATUS_USED);
    expect(driver.interrupts).toBe(0);
    expect(lineIsHigh(virtio.VIRTIO_PLIC_SOURCE)).toBe(false);
  });
});

describe('virtio-net, transmit', () => {
  beforeEach(() => start(feature(net.VIRTIO_NET_F_CSUM) | feature(virtio.VIRTIO_F_INDIRECT_DESC)));

  it('sends a frame after doorbell, descriptor and transfer, and gives the buffer back', () => {
    send(60, 0x22);
    expect(runTo(10_000)).toBe(STOP_FrameOut);
    expect(now()).toBe(8 + 16 + 72 / 8);
    expect(card.outputBytes).toBe(60);
    expect(load<u8>(card.output)).toBe(0x22);
    expect(load<u8>(card.output + 59)).toBe(0x22);
    expect(driver.reap(TX)).toBe(1);
    expect(driver.acknowledge()).toBe(true);
  });

  it('sends several frames after one doorbell, each with its own number', () => {
    prepare(BUFFERS, 60, 1);
    prepare(BUFFERS + BUFFER_BYTES, 61, 2);
    driver.give(TX, BUFFERS, 72, false);
    driver.give(TX, BUFFERS + BUFFER_BYTES, 73, false);
    driver.ring(TX);
    expect(halfAt(driver.used(TX))).toBe(1, 'no doorbell wanted while busy');
    expect(runTo(10_000)).toBe(STOP_FrameOut);
    const first = card.outputId;
    expect(card.outputBytes).toBe(60);
    expect(runTo(10_000)).toBe(STOP_FrameOut);
    expect(card.outputBytes).toBe(61);
    expect(card.outputId).toBe(first + 1);
    expect(runTo(10_000)).toBe(NO_STOP);
    expect(halfAt(driver.used(TX))).toBe(0, 'idle again');
  });

  it('takes no notice of a doorbell while it works', () => {
    prepare(BUFFERS, 60, 1);
    for (let n = 0; n < 2; n++) {
      driver.give(TX, BUFFERS, 72, false);
      driver.ring(TX);
    }
    runTo(10_000);
    expect(now()).toBe(8 + 25);
    runTo(10_000);
    expect(now()).toBe(8 + 25 + 25);
  });

  it('gathers a frame from a chain and from an indirect table', () => {
    prepare(BUFFERS, 60, 0x33);
    driver.describe(TX, 3, BUFFERS, 12, virtio.VIRTIO_DESC_F_NEXT, 5);
    driver.describe(TX, 5, BUFFERS + 12, 20, virtio.VIRTIO_DESC_F_NEXT, 4);
    driver.describe(TX, 4, BUFFERS + 32, 40, 0, 0);
    driver.offer(TX, 3);
    driver.ring(TX);
    expect(runTo(10_000)).toBe(STOP_FrameOut);
    expect(card.outputBytes).toBe(60);
    expect(driver.headOf(TX)).toBe(3);
    const table = BUFFERS + 0x1000;
    for (let word: u32 = 0; word < 3; word++) {
      memory.copy(ramAt(table + 16 * word), ramAt(driver.desc(TX) + 16 * (3 + word)), 16);
    }
    setHalfAt(table + 14, 2);
    setHalfAt(table + 46, 1);
    driver.describe(TX, 0, table, 48, virtio.VIRTIO_DESC_F_INDIRECT, 0);
    driver.offer(TX, 0);
    driver.ring(TX);
    expect(runTo(20_000)).toBe(STOP_FrameOut);
    expect(card.outputBytes).toBe(60);
    expect(load<u8>(card.output + 59)).toBe(0x33);
  });

  it('completes a checksum that starts and ends as the header says', () => {
    prepare(BUFFERS, 60, 0);
    const at = BUFFERS + net.VIRTIO_NET_HEADER_SIZE;
    setHalfAt(at + 34, 0x0100);
    setHalfAt(at + 40, 0x0200);
    store<u8>(ramAt(BUFFERS), net.VIRTIO_NET_HEADER_F_NEEDS_CSUM);
    setHalfAt(BUFFERS + net.VIRTIO_NET_HEADER_CSUM_START, 34);
    setHalfAt(BUFFERS + net.VIRTIO_NET_HEADER_CSUM_OFFSET, 6);
    driver.give(TX, BUFFERS, 72, false);
    driver.ring(TX);
    expect(runTo(10_000)).toBe(STOP_FrameOut);
    expect(load<u16>(card.output + 40)).toBe(bswap<u16>(<u16>~3));
    expect(halfAt(at + 40)).toBe(0x0200, 'guest memory is left alone');
  });

  it('drops frames too short, too long or with a senseless header, and goes on', () => {
    send(13, 1);
    expect(runTo(1_000)).toBe(NO_STOP);
    prepare(BUFFERS, 1515, 1);
    driver.give(TX, BUFFERS, 1527, false);
    driver.ring(TX);
    expect(runTo(2_000)).toBe(NO_STOP);
    prepare(BUFFERS, 60, 0);
    store<u8>(ramAt(BUFFERS), net.VIRTIO_NET_HEADER_F_NEEDS_CSUM);
    setHalfAt(BUFFERS + net.VIRTIO_NET_HEADER_CSUM_START, 59);
    driver.give(TX, BUFFERS, 72, false);
    driver.ring(TX);
    expect(runTo(3_000)).toBe(NO_STOP);
    expect(driver.reap(TX)).toBe(3);
    expect(drops(net.VIRTIO_NET_DROP_LENGTH)).toBe(3);
    send(60, 4);
    expect(runTo(4_000)).toBe(STOP_FrameOut);
  });

  it('forgets its work at a reset', () => {
    send(60, 1);
    driver.set(virtio.VIRTIO_STATUS, 0);
    expect(runTo(10_000)).toBe(NO_STOP);
    expect(driver.get(virtio.VIRTIO_STATUS)).toBe(0);
    driver.start(MIN_FEATURES, 2);
    send(60, 1);
    expect(runTo(20_000)).toBe(STOP_FrameOut);
  });
});

describe('virtio-net, receive', () => {
  beforeEach(() => start(0));

  it('writes header and frame, and interrupts after descriptor and transfer', () => {
    giveReceive(1, BUFFER_BYTES);
    arrive(60, 0x44, 100);
    runTo(100 + 16 + 8);
    expect(driver.reap(RX)).toBe(0);
    runTo(100 + 16 + 9);
    expect(driver.reap(RX)).toBe(1);
    expect(driver.written(RX)).toBe(72);
    expect(halfAt(BUFFERS + net.VIRTIO_NET_HEADER_NUM_BUFFERS)).toBe(1);
    expect(word(BUFFERS)).toBe(0);
    expect(load<u8>(ramAt(BUFFERS + 12 + 59))).toBe(0x44);
    expect(driver.acknowledge()).toBe(true);
  });

  it('takes frames in order, one at a time', () => {
    giveReceive(3, BUFFER_BYTES);
    for (let n: u32 = 1; n <= 3; n++) arrive(60, <u8>n, 10);
    runTo(10 + 25);
    expect(driver.reap(RX)).toBe(1);
    runTo(10 + 75);
    expect(driver.reap(RX)).toBe(2);
    for (let n: u32 = 0; n < 3; n++)
      expect(load<u8>(ramAt(BUFFERS + n * BUFFER_BYTES + 30))).toBe(<u8>(n + 1));
  });

  it('drops a frame without a buffer, too long for its buffer, or of a wrong length', () => {
    arrive(60);
    runTo(100);
    expect(drops(net.VIRTIO_NET_DROP_NO_BUFFER)).toBe(1);
    giveReceive(1, 64);
    arrive(60);
    runTo(200);
    expect(drops(net.VIRTIO_NET_DROP_LENGTH)).toBe(2);
    arrive(13);
    arrive(1515);
    arrive(65_535);
    runTo(300);
    expect(drops(net.VIRTIO_NET_DROP_LENGTH)).toBe(5);
    expect(driver.reap(RX)).toBe(0);
  });

  it('drops frames while no driver is there', () => {
    create(1);
    arrive(60);
    runTo(100);
    expect(drops(net.VIRTIO_NET_DROP_NOT_READY)).toBe(1);
  });

  it('has memory for 512 frames on their way and drops the next', () => {
    for (let n = 0; n < 512; n++) arrive(60, 1, 1000);
    expect(drops(net.VIRTIO_NET_DROP_FIFO)).toBe(0);
    const id = arrive(60, 1, 1000);
    expect(id).toBe(513);
    expect(traced(TRACE_nic_drop, 513)).toBe(1);
  });

  it('takes frames to its address, to groups and to all, and no others', () => {
    giveReceive(4, BUFFER_BYTES);
    frame(60, 0);
    store<u32>(card.input, 0x12005452);
    store<u16>(card.input, 0x5634, 4);
    card.receiveFrame(now(), 60);
    store<u16>(card.input, 0x5734, 4);
    card.receiveFrame(now(), 60);
    store<u8>(card.input, 0x01);
    card.receiveFrame(now(), 60);
    runTo(1000);
    expect(driver.reap(RX)).toBe(2);
    expect(drops(net.VIRTIO_NET_DROP_ADDRESS)).toBe(1);
  });

  it('spreads a frame over several buffers when that was agreed', () => {
    start(feature(net.VIRTIO_NET_F_MRG_RXBUF));
    giveReceive(4, 32);
    arrive(60, 0x55);
    runTo(1000);
    expect(driver.reap(RX)).toBe(3);
    expect(driver.written(RX)).toBe(72 - 64);
    expect(halfAt(BUFFERS + net.VIRTIO_NET_HEADER_NUM_BUFFERS)).toBe(3);
    expect(load<u8>(ramAt(BUFFERS + 2 * BUFFER_BYTES + 7))).toBe(0x55);
    arrive(60);
    runTo(2000);
    expect(drops(net.VIRTIO_NET_DROP_NO_BUFFER)).toBe(1);
  });

  it('N6.5: says which checksums are right', () => {
    start(feature(net.VIRTIO_NET_F_GUEST_CSUM));
    giveReceive(2, BUFFER_BYTES);
    udpFrame();
    card.receiveFrame(now(), 46);
    runTo(1000);
    expect<u32>(load<u8>(ramAt(BUFFERS))).toBe(net.VIRTIO_NET_HEADER_F_DATA_VALID);
    store<u8>(card.input, 0x77, 45);
    card.receiveFrame(now(), 46);
    runTo(2000);
    expect(load<u8>(ramAt(BUFFERS + BUFFER_BYTES))).toBe(0);
  });
});

/** A UDP datagram of 4 bytes, 10.0.2.2:1000 → 10.0.2.15:7, in the host's buffer. */
function udpFrame(): void {
  const words: StaticArray<u16> = [
    0xffff, 0xffff, 0xffff, 0x5255, 0x0a00, 0x0202, 0x0800, 0x4500, 32, 0, 0, 0x4011, 0, 0x0a00,
    0x0202, 0x0a00, 0x020f, 1000, 7, 12, 0, 0x6162, 0x6364,
  ];
  for (let n = 0; n < words.length; n++) store<u16>(card.input + 2 * n, bswap<u16>(words[n]));
  const pseudo = sum(card.input + 26, 8) + 17 + 12;
  store<u16>(card.input + 40, bswap<u16>(<u16>fold(pseudo)));
  completeChecksum(card.input, 46, 34, 6);
}

describe('virtio-net, interrupts', () => {
  it('N6.7: NO_INTERRUPT keeps the card quiet', () => {
    start(0);
    giveReceive(2, BUFFER_BYTES);
    setHalfAt(driver.avail(RX), 1);
    arrive(60);
    runTo(1000);
    expect(driver.reap(RX)).toBe(1);
    expect(driver.interrupts).toBe(0);
    setHalfAt(driver.avail(RX), 0);
    arrive(60);
    runTo(2000);
    expect(driver.acknowledge()).toBe(true);
  });

  it('N6.8: EVENT_IDX interrupts when the entry asked for is written', () => {
    start(feature(virtio.VIRTIO_F_EVENT_IDX));
    giveReceive(6, BUFFER_BYTES);
    driver.setUsedEvent(RX, 2);
    for (let n = 0; n < 2; n++) {
      arrive(60);
      runTo(now() + 1000);
      expect(driver.acknowledge()).toBe(false);
    }
    arrive(60);
    runTo(now() + 1000);
    expect(driver.acknowledge()).toBe(true);
    arrive(60);
    runTo(now() + 1000);
    expect(driver.acknowledge()).toBe(false, 'once');
  });

  it('N6.8: event and index wrap at 2^16', () => {
    start(feature(virtio.VIRTIO_F_EVENT_IDX));
    let interrupts = 0;
    for (let n: u32 = 0; n < 0x1_0010; n++) {
      driver.give(RX, BUFFERS, BUFFER_BYTES, true);
      driver.setUsedEvent(RX, 0x0004);
      arrive(60);
      runTo(now() + 100);
      if (driver.acknowledge()) interrupts++;
    }
    expect(interrupts).toBe(2);
  });

  it('EVENT_IDX asks for a doorbell only when the card is idle', () => {
    start(feature(virtio.VIRTIO_F_EVENT_IDX));
    expect(driver.availEvent(TX)).toBe(0);
    send(60, 1);
    expect(driver.availEvent(TX)).not.toBe(1);
    expect(runTo(10_000)).toBe(STOP_FrameOut);
    expect(driver.availEvent(TX)).toBe(1);
  });

  it('S127: fifteen packets within the time give one interrupt, at the fifteenth', () => {
    start(feature(net.VIRTIO_NET_F_CTRL_VQ) | feature(net.VIRTIO_NET_F_NOTF_COAL));
    expect(moderation(net.VIRTIO_NET_CTRL_NOTF_COAL_RX_SET, 15, 10)).toBe(0);
    const begin = now();
    giveReceive(15, BUFFER_BYTES);
    for (let n: u64 = 0; n < 15; n++) arrive(60, 1, 100 * n);
    runTo(begin + 1400 + 24);
    expect(driver.interrupts).toBe(0);
    runTo(begin + 1400 + 25);
    expect(driver.acknowledge()).toBe(true);
    runTo(begin + 50_000);
    expect(driver.interrupts).toBe(0, 'the timer is off again');
    expect(driver.reap(RX)).toBe(15);
  });

  it('S127: counting begins anew after each interrupt', () => {
    start(feature(net.VIRTIO_NET_F_CTRL_VQ) | feature(net.VIRTIO_NET_F_NOTF_COAL));
    moderation(net.VIRTIO_NET_CTRL_NOTF_COAL_RX_SET, 2, 10);
    giveReceive(4, BUFFER_BYTES);
    for (let n = 0; n < 4; n++) {
      arrive(60);
      runTo(now() + 100);
      expect(driver.acknowledge()).toBe((n & 1) == 1);
    }
  });

  it('S127: three packets and silence give one interrupt after 10 µs', () => {
    start(feature(net.VIRTIO_NET_F_CTRL_VQ) | feature(net.VIRTIO_NET_F_NOTF_COAL));
    moderation(net.VIRTIO_NET_CTRL_NOTF_COAL_RX_SET, 15, 10);
    const begin = now();
    giveReceive(3, BUFFER_BYTES);
    for (let n: u64 = 0; n < 3; n++) arrive(60, 1, 100 * n);
    runTo(begin + 25 + 9_999);
    expect(driver.interrupts).toBe(0);
    runTo(begin + 25 + 10_000);
    expect(driver.acknowledge()).toBe(true);
    runTo(begin + 50_000);
    expect(driver.interrupts).toBe(0);
  });

  it('S127: with either limit 0 every packet interrupts', () => {
    for (let zero = 0; zero < 2; zero++) {
      start(feature(net.VIRTIO_NET_F_CTRL_VQ) | feature(net.VIRTIO_NET_F_NOTF_COAL));
      moderation(net.VIRTIO_NET_CTRL_NOTF_COAL_RX_SET, zero ? 15 : 0, zero ? 0 : 10);
      giveReceive(3, BUFFER_BYTES);
      for (let n = 0; n < 3; n++) {
        arrive(60);
        runTo(now() + 100);
        expect(driver.acknowledge()).toBe(true);
      }
    }
  });

  it('S127: transmit is counted by its own limits', () => {
    start(feature(net.VIRTIO_NET_F_CTRL_VQ) | feature(net.VIRTIO_NET_F_NOTF_COAL));
    moderation(net.VIRTIO_NET_CTRL_NOTF_COAL_TX_SET, 2, 100);
    send(60, 1);
    runTo(now() + 100);
    expect(driver.interrupts).toBe(0);
    send(60, 1);
    runTo(now() + 100);
    expect(driver.acknowledge()).toBe(true);
  });
});

describe('virtio-net, control queue', () => {
  it('refuses classes, commands and lengths it does not know', () => {
    start(feature(net.VIRTIO_NET_F_CTRL_VQ));
    const data = new StaticArray<u8>(64);
    const at = changetype<usize>(data);
    expect(command(9, 0, at, 8)).toBe(net.VIRTIO_NET_CTRL_ERR);
    expect(command(net.VIRTIO_NET_CTRL_RX, 9, at, 1)).toBe(net.VIRTIO_NET_CTRL_ERR);
    expect(command(net.VIRTIO_NET_CTRL_RX, 0, at, 0)).toBe(net.VIRTIO_NET_CTRL_ERR);
    expect(command(net.VIRTIO_NET_CTRL_NOTF_COAL, 0, at, 7)).toBe(net.VIRTIO_NET_CTRL_ERR);
    expect(command(net.VIRTIO_NET_CTRL_MQ, 0, at, 2)).toBe(net.VIRTIO_NET_CTRL_ERR, 'no pairs');
    expect(command(net.VIRTIO_NET_CTRL_MAC, 0, at, 7)).toBe(net.VIRTIO_NET_CTRL_ERR);
    expect(command(net.VIRTIO_NET_CTRL_MAC, 0, at, 8)).toBe(net.VIRTIO_NET_CTRL_OK);
  });

  it('takes every frame when the filter is longer than its memory, and refuses endless commands', () => {
    start(feature(net.VIRTIO_NET_F_CTRL_VQ));
    giveReceive(2, BUFFER_BYTES);
    const data = new StaticArray<u8>(5000);
    const at = changetype<usize>(data);
    store<u32>(at, 32);
    expect(command(net.VIRTIO_NET_CTRL_MAC, 0, at, 8 + 6 * 32)).toBe(0);
    expect(taken(0x02, 8)).toBe(0);
    store<u32>(at, 33);
    expect(command(net.VIRTIO_NET_CTRL_MAC, 0, at, 8 + 6 * 33)).toBe(0);
    expect(taken(0x02, 8)).toBe(1);
    expect(command(net.VIRTIO_NET_CTRL_MAC, 0, at, 5000)).toBe(net.VIRTIO_NET_CTRL_ERR);
    expect(driver.needsReset).toBe(false);
  });

  it('sets address, filter and modes', () => {
    start(
      feature(net.VIRTIO_NET_F_CTRL_VQ) |
        feature(net.VIRTIO_NET_F_CTRL_RX) |
        feature(net.VIRTIO_NET_F_CTRL_MAC_ADDR),
    );
    const own: StaticArray<u8> = [2, 0, 0, 0, 0, 9];
    expect(command(net.VIRTIO_NET_CTRL_MAC, 1, changetype<usize>(own), 6)).toBe(0);
    expect(card.read(net.VIRTIO_NET_MAC + 5, 1)).toBe(9);
    const filter: StaticArray<u8> = [1, 0, 0, 0, 2, 0, 0, 0, 0, 7, 0, 0, 0, 0];
    expect(command(net.VIRTIO_NET_CTRL_MAC, 0, changetype<usize>(filter), 14)).toBe(0);
    giveReceive(8, BUFFER_BYTES);
    expect(taken(0x02, 9)).toBe(1, 'own');
    expect(taken(0x02, 7)).toBe(1, 'in the table');
    expect(taken(0x02, 8)).toBe(0);
    expect(taken(0x03, 8)).toBe(0, 'a group that is not in the table');
    const on: StaticArray<u8> = [1];
    expect(command(net.VIRTIO_NET_CTRL_RX, 1, changetype<usize>(on), 1)).toBe(0);
    expect(taken(0x03, 8)).toBe(1);
    expect(taken(0x02, 8)).toBe(0);
    expect(command(net.VIRTIO_NET_CTRL_RX, 0, changetype<usize>(on), 1)).toBe(0);
    expect(taken(0x02, 8)).toBe(1);
  });
});

function taken(first: u8, last: u8): u32 {
  frame(60, 0);
  memory.fill(card.input, 0, 6);
  store<u8>(card.input, first);
  store<u8>(card.input, last, 5);
  card.receiveFrame(now(), 60);
  runTo(now() + 1000);
  return driver.reap(RX);
}

describe('virtio-net, flows', () => {
  it('hashes the published examples of receive side scaling', () => {
    // 66.9.149.187:2794 → 161.142.100.80:1766, without and with TCP ports.
    create(1);
    const words: StaticArray<u16> = [
      0, 0, 0, 0, 0, 0, 0x0800, 0x4500, 40, 0, 0, 0x4006, 0, 0x4209, 0x95bb, 0xa18e, 0x6450, 2794,
      1766,
    ];
    memory.fill(card.input, 0, 60);
    for (let n = 0; n < words.length; n++) store<u16>(card.input + 2 * n, bswap<u16>(words[n]));
    const key: StaticArray<u8> = [
      0x6d, 0x5a, 0x56, 0xda, 0x25, 0x5b, 0x0e, 0xc2, 0x41, 0x67, 0x25, 0x3d, 0x43, 0xa3, 0x8f,
      0xb0, 0xd0, 0xca, 0x2b, 0xcb, 0xae, 0x7b, 0x30, 0xb4, 0x77, 0xcb, 0x2d, 0xa3, 0x80, 0x30,
      0xf2, 0x0c, 0x6a, 0x42, 0xb7, 0x3b, 0xbe, 0xac, 0x01, 0xfa,
    ];
    expect(flowHash(card.input, 1, changetype<usize>(key))).toBe(0x323e8fc2);
    expect(flowHash(card.input, 2, changetype<usize>(key))).toBe(0x51ccc178);
  });

  it('N6.4: a flow stays on the queue that the indirection table says', () => {
    create(4);
    driver.start(
      MIN_FEATURES | feature(net.VIRTIO_NET_F_CTRL_VQ) | feature(net.VIRTIO_NET_F_RSS),
      9,
    );
    for (let pair: u32 = 0; pair < 4; pair++)
      driver.give(2 * pair, BUFFERS + pair * BUFFER_BYTES, BUFFER_BYTES, true);
    for (let pair: u32 = 0; pair < 4; pair++) {
      expect(scale(<u16>pair)).toBe(0);
      udpFrame();
      card.receiveFrame(now(), 46);
      runTo(now() + 1000);
      for (let other: u32 = 0; other < 4; other++)
        expect(driver.reap(2 * other)).toBe(other == pair ? 1 : 0);
    }
    expect(scale(4)).toBe(net.VIRTIO_NET_CTRL_ERR, 'no such pair');
    expect(scale(0, 5)).toBe(net.VIRTIO_NET_CTRL_ERR, 'not so many');
    expect(scale(0, 0)).toBe(net.VIRTIO_NET_CTRL_ERR, 'none');
  });

  it('without scaling, several pairs share the flows', () => {
    create(4);
    driver.start(
      MIN_FEATURES | feature(net.VIRTIO_NET_F_CTRL_VQ) | feature(net.VIRTIO_NET_F_MQ),
      9,
    );
    const pairs: StaticArray<u16> = [4];
    expect(commandOn(8, net.VIRTIO_NET_CTRL_MQ, 0, changetype<usize>(pairs), 2)).toBe(0);
    for (let pair: u32 = 0; pair < 4; pair++) {
      for (let n: u32 = 0; n < 16; n++)
        driver.give(2 * pair, BUFFERS + pair * BUFFER_BYTES, BUFFER_BYTES, true);
    }
    for (let port: u32 = 0; port < 16; port++) {
      udpFrame();
      store<u16>(card.input, bswap<u16>(<u16>(5000 + port)), 34);
      card.receiveFrame(now(), 46);
      runTo(now() + 1000);
    }
    let used = 0;
    for (let pair: u32 = 0; pair < 4; pair++) if (driver.reap(2 * pair) > 0) used++;
    expect(used > 1).toBe(true);
  });
});

/** Scaling with a table whose every entry is one pair. */
function scale(pair: u16, transmitQueues: u16 = 4): u32 {
  const data = new StaticArray<u8>(8 + 2 * 4 + 3 + 40);
  const at = changetype<usize>(data);
  store<u32>(at, 7);
  store<u16>(at, 3, 4);
  for (let n = 0; n < 4; n++) store<u16>(at + 8 + 2 * n, pair);
  store<u16>(at, transmitQueues, 16);
  store<u8>(at, 40, 18);
  for (let n = 0; n < 40; n++) store<u8>(at + 19 + n, <u8>(7 * n + 1));
  return commandOn(8, net.VIRTIO_NET_CTRL_MQ, 1, at, data.length);
}

function commandOn(queue: u32, kind: u32, code: u32, data: usize, bytes: u32): u32 {
  const at = BUFFERS + 0x8000;
  setHalfAt(at, <u16>(kind | (code << 8)));
  memory.copy(ramAt(at + 2), data, bytes);
  driver.describe(queue, 0, at, 2 + bytes, virtio.VIRTIO_DESC_F_NEXT, 1);
  driver.describe(queue, 1, at + 0x400, 1, virtio.VIRTIO_DESC_F_WRITE, 0);
  driver.offer(queue, 0);
  driver.ring(queue);
  runTo(now() + 1000);
  return word(at + 0x400) & 0xff;
}

describe('virtio-net, hostile drivers', () => {
  beforeEach(() =>
    start(feature(virtio.VIRTIO_F_INDIRECT_DESC) | feature(net.VIRTIO_NET_F_CTRL_VQ)),
  );

  it('stops for a chain that loops, leaves its table or RAM, or has senseless flags', () => {
    const next = virtio.VIRTIO_DESC_F_NEXT;
    const write = virtio.VIRTIO_DESC_F_WRITE;
    const indirect = virtio.VIRTIO_DESC_F_INDIRECT;
    breaks(BUFFERS, 100, next, 0);
    breaks(BUFFERS, 100, next, RING_SIZE);
    breaks(BUFFERS, RAM_BYTES, 0, 0);
    breaks(0x1000_0000, 100, 0, 0);
    breaks(0xffff_fff0, 100, 0, 0);
    breaks(BUFFERS, 100, write, 0);
    breaks(BUFFERS, 11, 0, 0);
    breaks(driver.desc(TX), 16 * RING_SIZE, indirect, 0);
    breaks(BUFFERS, 15, indirect, 0);
    breaks(BUFFERS, 0, indirect, 0);
    breaks(BUFFERS, 32, indirect | next, 0);
    breaks(RAM_BASE + RAM_BYTES - 16, 32, indirect, 0);
  });

  it('takes a chain as long as the queue and stops for a longer one', () => {
    for (let length: u32 = RING_SIZE; length <= RING_SIZE + 1; length++) {
      driver.start(MIN_FEATURES | feature(virtio.VIRTIO_F_INDIRECT_DESC), 2);
      prepare(BUFFERS, 60, 1);
      for (let n: u32 = 0; n < length; n++) {
        const last = n + 1 == length;
        setDescriptor(TABLE + 16 * n, BUFFERS, 5, last ? 0 : virtio.VIRTIO_DESC_F_NEXT, n + 1);
      }
      driver.describe(TX, 0, TABLE, 16 * length, virtio.VIRTIO_DESC_F_INDIRECT, 0);
      driver.offer(TX, 0);
      driver.ring(TX);
      expect(runTo(now() + 1000)).toBe(length == RING_SIZE ? STOP_FrameOut : NO_STOP);
      expect(driver.needsReset).toBe(length > RING_SIZE);
    }
  });

  it('stops for a table in a table', () => {
    prepare(BUFFERS, 60, 1);
    setDescriptor(TABLE, TABLE + 0x100, 16, virtio.VIRTIO_DESC_F_INDIRECT, 0);
    setDescriptor(TABLE + 0x100, BUFFERS, 72, 0, 0);
    driver.describe(TX, 0, TABLE, 16, virtio.VIRTIO_DESC_F_INDIRECT, 0);
    driver.offer(TX, 0);
    driver.ring(TX);
    expect(runTo(now() + 1000)).toBe(NO_STOP);
    expect(driver.needsReset).toBe(true);
  });

  it('stops for an index that is too far ahead', () => {
    prepare(BUFFERS, 60, 1);
    for (let n: u32 = 0; n < RING_SIZE; n++) driver.give(TX, BUFFERS, 72, false);
    setHalfAt(driver.avail(TX) + 2, <u16>RING_SIZE + 1);
    driver.ring(TX);
    expect(runTo(now() + 1000)).toBe(NO_STOP);
    expect(driver.needsReset).toBe(true);
    expect(driver.interrupts).toBe(virtio.VIRTIO_INTERRUPT_STATUS_CONFIG);
  });

  it('stops for a receive buffer to read from or without room for a header', () => {
    driver.give(RX, BUFFERS, 100, false);
    arrive(60);
    runTo(now() + 1000);
    expect(driver.needsReset).toBe(true);
    start(0);
    driver.give(RX, BUFFERS, 11, true);
    arrive(60);
    runTo(now() + 1000);
    expect(driver.needsReset).toBe(true);
  });

  it('refuses doorbells of queues that do not exist', () => {
    driver.ring(3);
    driver.ring(0xffff_ffff);
    expect(driver.needsReset).toBe(false);
    expect(traced(TRACE_device_error, card.number)).toBe(2);
  });

  it('stands 20,000 random operations on rings that change under it', () => {
    setGuards();
    const random = new Random(5);
    for (let n: u32 = 0; n < 20_000; n++) {
      const queue = random.below(3);
      const ring = driver.desc(queue) + 4 * random.below(0x300);
      switch (random.below(10)) {
        case 0:
          driver.set(virtio.VIRTIO_QUEUE_NOTIFY, random.below(4));
          break;
        case 1:
          arrive(random.below(2000), 1, random.below(100));
          break;
        case 2:
        case 3:
          setWord(ring, RAM_BASE + random.below(RAM_BYTES));
          break;
        case 4:
          setWord(ring, random.below(0x20_0000));
          break;
        case 5:
          driver.offer(queue, random.below(RING_SIZE));
          break;
        case 6:
          driver.give(
            queue,
            BUFFERS + random.below(9000),
            random.below(3000),
            random.below(2) == 0,
          );
          break;
        case 7:
          driver.set(4 * random.below(64), random.below(0x100));
          break;
        case 8:
          if (driver.needsReset)
            driver.start(MIN_FEATURES | (random.below(2) * feature(net.VIRTIO_NET_F_MRG_RXBUF)), 2);
          break;
        default:
          runTo(now() + random.below(200));
      }
    }
    expect(guardsAreWhole()).toBe(true);
    expect(traced(TRACE_device_error, card.number) > 0).toBe(true);
  });
});

function setDescriptor(at: u32, address: u32, bytes: u32, flags: u32, next: u32): void {
  setWord(at, address);
  setWord(at + 4, 0);
  setWord(at + 8, bytes);
  setWord(at + 12, flags | (next << 16));
}

/** A transmit chain of this one descriptor makes the card ask for a reset, and it works after one. */
function breaks(address: u32, bytes: u32, flags: u32, next: u32): void {
  driver.start(MIN_FEATURES | feature(virtio.VIRTIO_F_INDIRECT_DESC), 2);
  driver.describe(TX, 0, address, bytes, flags, next);
  driver.offer(TX, 0);
  driver.ring(TX);
  expect(runTo(now() + 1000)).toBe(NO_STOP);
  expect(driver.needsReset).toBe(true);
  driver.ring(TX);
  driver.start(MIN_FEATURES, 2);
  send(60, 1);
  expect(runTo(now() + 1000)).toBe(STOP_FrameOut);
}

describe('checksums of frames', () => {
  it('finds a single wrong bit anywhere behind the IPv4 header', () => {
    create(1);
    udpFrame();
    expect(hasGoodChecksum(card.input, 46)).toBe(true);
    for (let bit = 34 * 8; bit < 46 * 8; bit++) {
      const at = card.input + (bit >>> 3);
      const mask = 1 << (bit & 7);
      store<u8>(at, load<u8>(at) ^ (<u8>mask));
      expect(hasGoodChecksum(card.input, 46)).toBe(false);
      store<u8>(at, load<u8>(at) ^ (<u8>mask));
    }
  });

  it('does not judge fragments, other protocols or cut packets', () => {
    create(1);
    udpFrame();
    store<u8>(card.input, 0x20, 20);
    expect(hasGoodChecksum(card.input, 46)).toBe(false);
    udpFrame();
    store<u8>(card.input, 1, 23);
    expect(hasGoodChecksum(card.input, 46)).toBe(false);
    udpFrame();
    expect(hasGoodChecksum(card.input, 45)).toBe(false);
  });
});

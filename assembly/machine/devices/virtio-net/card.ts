/**
 * The parts of virtio-net that both directions share: features, configuration, engines, the control queue, interrupt moderation
 * and the frames that wait for a receive queue.
 */
import { cancel, now, schedule } from '../../clock';
import { count } from '../../counters';
import { COUNT_framesDropped } from '../../generated/counters';
import { TRACE_nic_drop, TRACE_nic_interrupt } from '../../generated/trace';
import * as virtio from '../../generated/virtio';
import * as net from '../../generated/virtio-net';
import { allocate, allocateOutside } from '../../layout';
import { trace } from '../../trace';
import { VirtioDevice, feature } from '../virtio/transport';
import { COMMAND_BYTES, runCommand } from './control';
import { FrameFifo, FramePool, NONE, POOL_BYTES } from './frames';
import { CONFIG_BYTES, SETTINGS_BYTES, Settings } from './settings';

/** Cycles of a control command. */
export const COMMAND_CYCLES: u64 = 64;

/** What a driver may choose with one pair; more pairs add MQ and RSS. */
const FEATURES: u64 =
  feature(virtio.VIRTIO_F_VERSION_1) |
  feature(virtio.VIRTIO_F_INDIRECT_DESC) |
  feature(virtio.VIRTIO_F_EVENT_IDX) |
  feature(net.VIRTIO_NET_F_CSUM) |
  feature(net.VIRTIO_NET_F_GUEST_CSUM) |
  feature(net.VIRTIO_NET_F_MTU) |
  feature(net.VIRTIO_NET_F_MAC) |
  feature(net.VIRTIO_NET_F_MRG_RXBUF) |
  feature(net.VIRTIO_NET_F_STATUS) |
  feature(net.VIRTIO_NET_F_CTRL_VQ) |
  feature(net.VIRTIO_NET_F_CTRL_RX) |
  feature(net.VIRTIO_NET_F_CTRL_MAC_ADDR) |
  feature(net.VIRTIO_NET_F_NOTF_COAL);
const PAIR_FEATURES: u64 = feature(net.VIRTIO_NET_F_MQ) | feature(net.VIRTIO_NET_F_RSS);
/** Features that make no sense without the control queue. */
const CONTROL_FEATURES: u64 =
  PAIR_FEATURES |
  feature(net.VIRTIO_NET_F_CTRL_RX) |
  feature(net.VIRTIO_NET_F_CTRL_MAC_ADDR) |
  feature(net.VIRTIO_NET_F_NOTF_COAL);

/** Events; a queue or frame number follows in the upper bits. */
export const EVENT_ARRIVAL: u32 = 0;
export const EVENT_FETCH: u32 = 1;
export const EVENT_DONE: u32 = 2;
export const EVENT_MODERATE: u32 = 3;
export const EVENT_BITS: u32 = 2;

/** What the card keeps for a queue. */
@unmanaged
export class Engine {
  /** An event of its own will go on with the work. */
  busy: bool;
  /** Packets since the driver was last told. */
  counted: u32;
}

/** The number of an event. */
export function eventOf(kind: u32, n: u32): u32 {
  return kind | (n << EVENT_BITS);
}

export abstract class NetCard extends VirtioDevice {
  protected pairs: u32;
  private cyclesPerMicrosecond: u64;
  private settingsBlock: usize;
  private engines: usize;
  private fifos: usize;
  private poolBlock: usize;
  private scratch: usize = allocateOutside(COMMAND_BYTES);

  /**
   * @param slot number of the virtio-mmio slot
   * @param pairs queue pairs, 1 to VIRTIO_NET_PAIRS
   * @param clockHz cycles per second
   */
  constructor(slot: u32, pairs: u32, clockHz: u64) {
    super(slot, virtio.VIRTIO_ID_NET, 2 * pairs + 1);
    this.pairs = pairs;
    this.cyclesPerMicrosecond = clockHz / 1_000_000;
    this.settingsBlock = allocate(SETTINGS_BYTES);
    this.engines = allocate((2 * pairs + 1) * <u32>offsetof<Engine>());
    this.fifos = allocate(pairs * <u32>offsetof<FrameFifo>());
    this.poolBlock = allocate(POOL_BYTES);
    this.settings.reset(pairs);
  }

  protected features(): u64 {
    return this.pairs > 1 ? FEATURES | PAIR_FEATURES : FEATURES;
  }

  protected agrees(accepted: u64): bool {
    if ((accepted & feature(virtio.VIRTIO_F_VERSION_1)) == 0) return false;
    const control = (accepted & feature(net.VIRTIO_NET_F_CTRL_VQ)) != 0;
    return control || (accepted & CONTROL_FEATURES) == 0;
  }

  protected hasQueue(n: u32): bool {
    return n < 2 * this.usablePairs || n == this.controlQueue;
  }

  protected configBytes(): u32 {
    return CONFIG_BYTES;
  }

  protected configByte(offset: u32): u32 {
    return load<u8>(this.settings.address + offset);
  }

  protected interrupted(n: u32, status: u32): void {
    trace(TRACE_nic_interrupt, n, status);
  }

  /** Frames under way on the wire still come; all else is forgotten. */
  protected restart(): void {
    for (let n: u32 = 0; n <= 2 * this.pairs; n++) {
      cancel(this.number, eventOf(EVENT_FETCH, n));
      cancel(this.number, eventOf(EVENT_DONE, n));
      cancel(this.number, eventOf(EVENT_MODERATE, n));
      this.engine(n).busy = false;
      this.engine(n).counted = 0;
    }
    for (let pair: u32 = 0; pair < this.pairs; pair++) {
      while (this.fifo(pair).count > 0) this.drop(pair, net.VIRTIO_NET_DROP_NOT_READY);
    }
    this.settings.reset(this.pairs);
  }

  protected get settings(): Settings {
    return changetype<Settings>(this.settingsBlock);
  }

  protected get pool(): FramePool {
    return changetype<FramePool>(this.poolBlock);
  }

  protected engine(n: u32): Engine {
    return changetype<Engine>(this.engines + n * offsetof<Engine>());
  }

  protected fifo(pair: u32): FrameFifo {
    return changetype<FrameFifo>(this.fifos + pair * offsetof<FrameFifo>());
  }

  /** Pairs that the features agreed allow. */
  protected get usablePairs(): u32 {
    return this.agreed(net.VIRTIO_NET_F_MQ) || this.agreed(net.VIRTIO_NET_F_RSS) ? this.pairs : 1;
  }

  protected get controlQueue(): u32 {
    return this.agreed(net.VIRTIO_NET_F_CTRL_VQ) ? 2 * this.usablePairs : NONE;
  }

  protected isReceive(n: u32): bool {
    return (n & 1) == 0 && n != this.controlQueue;
  }

  /** The engine goes on after some cycles. */
  protected work(n: u32, kind: u32, cycles: u64): void {
    this.engine(n).busy = true;
    schedule(now() + cycles, this.number, eventOf(kind, n));
  }

  /** Carry out one command of the control queue. */
  protected command(n: u32): void {
    if (this.pendingOn(n) == 0 || !this.loadChain(n, 0)) return;
    const bytes = this.chain.readBytes;
    if (bytes < 2 || this.chain.writeBytes < 1) return this.fail(virtio.VIRTIO_ERROR_LAYOUT, n);
    const data = this.scratch;
    let answer = net.VIRTIO_NET_CTRL_ERR;
    if (bytes <= COMMAND_BYTES) {
      this.chain.read(0, data, <u32>bytes);
      answer = runCommand(this.settings, data, <u32>bytes, this.usablePairs);
    }
    store<u8>(data, <u8>answer);
    this.chain.write(0, data, 1);
    const queue = this.queue(n);
    queue.putUsed(queue.head(0), 1);
    queue.publish();
    this.tell(n);
    if (this.pendingOn(n) > 0) this.work(n, EVENT_FETCH, COMMAND_CYCLES);
    else if (this.live) queue.setNotification(true);
  }

  /** One more packet of a queue: interrupt now or later (N6.9). */
  protected moderate(n: u32): void {
    const settings = this.settings;
    const packets = this.isReceive(n) ? settings.receivePackets : settings.transmitPackets;
    const wait = this.isReceive(n) ? settings.receiveMicroseconds : settings.transmitMicroseconds;
    const engine = this.engine(n);
    engine.counted++;
    if (packets == 0 || wait == 0 || engine.counted >= packets) return this.tell(n);
    if (engine.counted > 1) return;
    schedule(now() + wait * this.cyclesPerMicrosecond, this.number, eventOf(EVENT_MODERATE, n));
  }

  /** Interrupt for all that was published, if the driver wants it. */
  protected tell(n: u32): void {
    this.engine(n).counted = 0;
    cancel(this.number, eventOf(EVENT_MODERATE, n));
    if (this.isOpen(n) && this.queue(n).wantsInterrupt()) {
      this.raise(n, virtio.VIRTIO_INTERRUPT_STATUS_USED);
    }
  }

  /** Drop a frame that is in no FIFO. */
  protected refuseFrame(n: u32, reason: u32): void {
    const frame = this.pool.at(n);
    frame.used = false;
    this.countDrop(frame.id, reason);
  }

  /** Drop the oldest frame of a FIFO. */
  protected drop(pair: u32, reason: u32): void {
    const fifo = this.fifo(pair);
    this.countDrop(this.pool.at(fifo.head).id, reason);
    fifo.drop(this.pool);
  }

  protected countDrop(id: u32, reason: u32): void {
    count(COUNT_framesDropped);
    trace(TRACE_nic_drop, id, reason);
  }
}

/**
 * virtio-net (VIRTIO 1.3, 5.1): a network card with up to eight queue pairs. Frames come from the host with the cycle at which their
 * last bit arrives, and leave by a stop of the machine; delay, bandwidth and loss are the link's, on the host's side.
 *
 * Each direction of a pair is a small engine that does one frame at a time: it looks at the descriptors, works for as many
 * cycles as the transfer takes, then moves the data and gives the buffers back. An engine's state is a flag and the event
 * that ends its work, so a driver may change its rings at any time; what counts is what they hold at the end.
 *
 * Left out: segmentation, VLANs, announcements, hash reports, moderation per queue.
 */
import { now, schedule } from '../../clock';
import { count } from '../../counters';
import { COUNT_framesReceived, COUNT_framesTransmitted } from '../../generated/counters';
import { STOP_FrameOut } from '../../generated/stops';
import {
  TRACE_nic_notify,
  TRACE_nic_receive,
  TRACE_nic_transmit,
  TRACE_wire_receive,
  TRACE_wire_transmit,
} from '../../generated/trace';
import * as virtio from '../../generated/virtio';
import * as net from '../../generated/virtio-net';
import { allocateOutside } from '../../layout';
import { requestStop } from '../../stop';
import { trace } from '../../trace';
import {
  COMMAND_CYCLES,
  EVENT_ARRIVAL,
  EVENT_BITS,
  EVENT_DONE,
  EVENT_FETCH,
  NetCard,
  eventOf,
} from './card';
import { NONE } from './frames';
import { completeChecksum, hasGoodChecksum } from './packet';

/** Cycles from the doorbell to the first look at the ring. */
const DOORBELL_CYCLES: u64 = 8;
/** Cycles to fetch a descriptor. */
const DESCRIPTOR_CYCLES: u64 = 16;
/** Bytes moved per cycle. */
const BYTES_PER_CYCLE: u64 = 8;
/** The host's buffer for incoming frames: room for what the interface promises. */
const INPUT_BYTES: u32 = 65_600;
const HEADER = net.VIRTIO_NET_HEADER_SIZE;

export class VirtioNet extends NetCard {
  /** Where header and frame are put together. */
  private staging: usize = allocateOutside(HEADER + net.VIRTIO_NET_MAX_FRAME);
  private frames: u32 = 0;
  /** Receive buffers that `plan` found enough. */
  private chains: u32 = 0;
  /** The host's buffer for a frame to `receiveFrame`. */
  input: usize = allocateOutside(INPUT_BYTES);
  /** The frame of the last FrameOut stop, its length and number. */
  output: usize = allocateOutside(net.VIRTIO_NET_MAX_FRAME);
  outputBytes: u32 = 0;
  outputId: u32 = 0;

  stateBytes(): u32 {
    return offsetof<VirtioNet>();
  }

  /**
   * Let the frame in `input` arrive.
   * @param cycle when its last bit reaches the card
   * @param bytes its length without the check sequence
   * @returns its number; a frame the card has no memory for is dropped at once
   */
  receiveFrame(cycle: u64, bytes: u32): u32 {
    const id = ++this.frames;
    const n = this.pool.keep(id, this.input, bytes);
    if (n == NONE) this.countDrop(id, net.VIRTIO_NET_DROP_FIFO);
    else schedule(cycle, this.number, eventOf(EVENT_ARRIVAL, n));
    return id;
  }

  event(id: u32): void {
    const n = id >>> EVENT_BITS;
    switch (id & ((1 << EVENT_BITS) - 1)) {
      case EVENT_ARRIVAL:
        this.arrive(n);
        break;
      case EVENT_FETCH:
        this.fetch(n);
        break;
      case EVENT_DONE:
        this.finish(n);
        break;
      default:
        this.tell(n);
    }
  }

  protected notify(n: u32): void {
    trace(TRACE_nic_notify, n);
    if (this.isReceive(n) || this.engine(n).busy) return;
    this.queue(n).setNotification(false);
    this.work(n, EVENT_FETCH, n == this.controlQueue ? COMMAND_CYCLES : DOORBELL_CYCLES);
  }

  /** A receive queue needs no doorbell: the card looks at it when a frame comes. */
  protected opened(n: u32): void {
    this.queue(n).setNotification(!this.isReceive(n));
  }

  /** The last bit of a frame is here. */
  private arrive(n: u32): void {
    const frame = this.pool.at(n);
    const bytes = frame.bytes;
    trace(TRACE_wire_receive, frame.id, bytes);
    count(COUNT_framesReceived);
    const fits = bytes >= net.VIRTIO_NET_MIN_FRAME && bytes <= net.VIRTIO_NET_MAX_FRAME;
    if (!fits) return this.refuseFrame(n, net.VIRTIO_NET_DROP_LENGTH);
    if (!this.live) return this.refuseFrame(n, net.VIRTIO_NET_DROP_NOT_READY);
    if (!this.settings.takes(frame.data)) return this.refuseFrame(n, net.VIRTIO_NET_DROP_ADDRESS);
    const pair = this.settings.pairOf(frame.data, bytes);
    this.fifo(pair).push(this.pool, n);
    if (!this.engine(2 * pair).busy) this.fetchReceive(2 * pair);
  }

  private fetch(n: u32): void {
    this.engine(n).busy = false;
    if (!this.isOpen(n)) return;
    if (n == this.controlQueue) this.command(n);
    else this.fetchTransmit(n);
  }

  private finish(n: u32): void {
    this.engine(n).busy = false;
    if (this.isReceive(n)) {
      this.deliver(n);
      this.fetchReceive(n);
    } else if (this.isOpen(n)) {
      this.transmit(n);
      if (this.live) this.fetchTransmit(n);
    }
  }

  /** Begin with the oldest frame of a receive queue for which there are buffers. */
  private fetchReceive(n: u32): void {
    const fifo = this.fifo(n >>> 1);
    while (fifo.count > 0) {
      const bytes = this.pool.at(fifo.head).bytes + HEADER;
      const descriptors = this.isOpen(n) ? this.plan(n, bytes) : 0;
      if (descriptors > 0) return this.work(n, EVENT_DONE, transferCycles(descriptors, bytes));
      this.drop(
        n >>> 1,
        this.isOpen(n) ? net.VIRTIO_NET_DROP_NO_BUFFER : net.VIRTIO_NET_DROP_NOT_READY,
      );
    }
  }

  /** Descriptors of the chains that a frame will fill; 0 when there are not enough. Sets `chains`. */
  private plan(n: u32, bytes: u32): u32 {
    const pending = this.pendingOn(n);
    const most = this.agreed(net.VIRTIO_NET_F_MRG_RXBUF) ? pending : min<u32>(pending, 1);
    let room: u64 = 0;
    let descriptors: u32 = 0;
    for (this.chains = 0; this.chains < most;) {
      if (!this.loadChain(n, this.chains) || !this.isReceiveBuffer(n)) return 0;
      this.chains++;
      room += this.chain.writeBytes;
      descriptors += this.chain.descriptors;
      if (room >= bytes) return descriptors;
    }
    return 0;
  }

  /** The chain has nothing to read and room for a header. */
  private isReceiveBuffer(n: u32): bool {
    const fine = this.chain.readBytes == 0 && this.chain.writeBytes >= HEADER;
    if (!fine) this.fail(virtio.VIRTIO_ERROR_LAYOUT, n);
    return fine;
  }

  /** The transfer is over: write header and frame, give the buffers back. */
  private deliver(n: u32): void {
    const fifo = this.fifo(n >>> 1);
    if (fifo.count == 0) return;
    const frame = this.pool.at(fifo.head);
    const total = frame.bytes + HEADER;
    if (!this.isOpen(n) || this.plan(n, total) == 0) {
      return this.drop(n >>> 1, net.VIRTIO_NET_DROP_NO_BUFFER);
    }
    this.stage(frame.data, frame.bytes);
    const queue = this.queue(n);
    let address: u32 = 0;
    let done: u32 = 0;
    while (done < total) {
      this.loadChain(n, 0);
      if (done == 0) address = this.chain.addressOf(true, 0);
      const part = <u32>min<u64>(this.chain.writeBytes, total - done);
      this.chain.write(0, this.staging + done, part);
      queue.putUsed(queue.head(0), part);
      done += part;
    }
    queue.publish();
    queue.setNotification(false);
    trace(TRACE_nic_receive, frame.id, address, n);
    fifo.drop(this.pool);
    this.moderate(n);
  }

  /** Put header and frame together as they go to the driver. */
  private stage(frame: usize, bytes: u32): void {
    const checked = this.agreed(net.VIRTIO_NET_F_GUEST_CSUM) && hasGoodChecksum(frame, bytes);
    memory.fill(this.staging, 0, HEADER);
    if (checked) store<u8>(this.staging, net.VIRTIO_NET_HEADER_F_DATA_VALID);
    store<u16>(this.staging + net.VIRTIO_NET_HEADER_NUM_BUFFERS, <u16>this.chains);
    memory.copy(this.staging + HEADER, frame, bytes);
  }

  /** Begin with the next chain of a transmit queue, or wait for a doorbell. */
  private fetchTransmit(n: u32): void {
    const queue = this.queue(n);
    const pending = this.pendingOn(n);
    if (pending == 0) {
      if (this.live) queue.setNotification(true);
      return;
    }
    if (!this.loadChain(n, 0)) return;
    const bytes = <u32>min<u64>(this.chain.readBytes, HEADER + net.VIRTIO_NET_MAX_FRAME);
    queue.setNotification(false);
    this.work(n, EVENT_DONE, transferCycles(this.chain.descriptors, bytes));
  }

  /** The transfer is over: the frame leaves, the buffer goes back. */
  private transmit(n: u32): void {
    if (this.pendingOn(n) == 0 || !this.loadChain(n, 0)) return;
    if (this.chain.writeBytes != 0 || this.chain.readBytes < HEADER) {
      return this.fail(virtio.VIRTIO_ERROR_LAYOUT, n);
    }
    const id = ++this.frames;
    const bytes = this.chain.readBytes - HEADER;
    if (bytes < net.VIRTIO_NET_MIN_FRAME || bytes > net.VIRTIO_NET_MAX_FRAME) {
      this.countDrop(id, net.VIRTIO_NET_DROP_LENGTH);
    } else if (this.takeOut(<u32>bytes)) {
      this.send(id, <u32>bytes, n);
    } else {
      this.refuse(virtio.VIRTIO_ERROR_LAYOUT, n);
      this.countDrop(id, net.VIRTIO_NET_DROP_LENGTH);
    }
    const queue = this.queue(n);
    queue.putUsed(queue.head(0), 0);
    queue.publish();
    this.moderate(n);
  }

  /** Read the frame of the loaded chain and complete its checksum; false when its header makes no sense. */
  private takeOut(bytes: u32): bool {
    const header = this.staging;
    this.chain.read(0, header, HEADER);
    this.chain.read(HEADER, this.output, bytes);
    if (load<u8>(header + net.VIRTIO_NET_HEADER_GSO_TYPE) != 0) return false;
    if ((load<u8>(header) & net.VIRTIO_NET_HEADER_F_NEEDS_CSUM) == 0) return true;
    const start = load<u16>(header + net.VIRTIO_NET_HEADER_CSUM_START);
    const offset = load<u16>(header + net.VIRTIO_NET_HEADER_CSUM_OFFSET);
    return (
      this.agreed(net.VIRTIO_NET_F_CSUM) && completeChecksum(this.output, bytes, start, offset)
    );
  }

  /** Hand the frame to the host. The stop is asked for first, so that no other reason comes before it. */
  private send(id: u32, bytes: u32, n: u32): void {
    this.outputBytes = bytes;
    this.outputId = id;
    requestStop(STOP_FrameOut);
    count(COUNT_framesTransmitted);
    trace(TRACE_nic_transmit, id, this.chain.addressOf(false, 0), n);
    trace(TRACE_wire_transmit, id, bytes);
  }
}

/** Cycles that a transfer takes. */
function transferCycles(descriptors: u32, bytes: u32): u64 {
  return DESCRIPTOR_CYCLES * descriptors + (<u64>bytes + BYTES_PER_CYCLE - 1) / BYTES_PER_CYCLE;
}

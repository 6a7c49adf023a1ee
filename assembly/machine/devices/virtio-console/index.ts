/**
 * virtio-console (VIRTIO 1.3, 5.3) with one port. What the driver sends goes to the console of the machine, together with the UART's
 * output; bytes from the host wait in a FIFO for a receive buffer. Left out: several ports, emergency write.
 */
import * as virtio from '../../generated/virtio';
import * as con from '../../generated/virtio-console';
import { allocate, allocateOutside } from '../../layout';
import { consolePut } from '../uart';
import { NOT_DONE, REQUEST_FEATURES, RequestDevice, transferCycles } from '../virtio/requests';
import { feature } from '../virtio/transport';

const RECEIVE: u32 = 0;
/** Bytes that leave at once; a longer buffer takes several turns, so that the host can take them. */
const PIECE: u32 = 1024;
const CONFIG_BYTES: u32 = con.VIRTIO_CONSOLE_ROWS + 2 - virtio.VIRTIO_CONFIG;
const SIZE: u32 = con.VIRTIO_CONSOLE_COLS_RESET | (con.VIRTIO_CONSOLE_ROWS_RESET << 16);

export class VirtioConsole extends RequestDevice {
  private head: u32 = 0;
  private count: u32 = 0;
  /** Bytes of the chain being transmitted that have left. */
  private sent: u32 = 0;
  private fifo: usize = allocate(con.VIRTIO_CONSOLE_INPUT);
  private buffer: usize = allocateOutside(PIECE);

  constructor(slot: u32) {
    super(slot, virtio.VIRTIO_ID_CONSOLE, 2);
  }

  stateBytes(): u32 {
    return offsetof<VirtioConsole>();
  }

  /** A byte from the host, now. Returns whether there was room. */
  receive(byte: u32): bool {
    if (this.count == con.VIRTIO_CONSOLE_INPUT) return false;
    const at = (this.head + this.count++) % con.VIRTIO_CONSOLE_INPUT;
    store<u8>(this.fifo + at, <u8>byte);
    this.serve(RECEIVE);
    return true;
  }

  protected features(): u64 {
    return REQUEST_FEATURES | feature(con.VIRTIO_CONSOLE_F_SIZE);
  }

  protected configBytes(): u32 {
    return CONFIG_BYTES;
  }

  protected configByte(offset: u32): u32 {
    return (SIZE >>> (8 * offset)) & 0xff;
  }

  protected restart(): void {
    super.restart();
    this.sent = 0;
  }

  /** A receive buffer is taken only when there is something for it. */
  protected isServed(n: u32): bool {
    return n != RECEIVE || this.count > 0;
  }

  protected cost(n: u32): u64 {
    const bytes = n == RECEIVE ? this.count : <u32>min<u64>(this.chain.readBytes, PIECE);
    return transferCycles(this.chain.descriptors, bytes);
  }

  protected perform(n: u32): i32 {
    return n == RECEIVE ? this.fill() : this.transmit();
  }

  private fill(): i32 {
    if (this.chain.readBytes != 0 || this.chain.writeBytes == 0) {
      this.fail(virtio.VIRTIO_ERROR_LAYOUT, RECEIVE);
      return NOT_DONE;
    }
    const bytes = <u32>min<u64>(this.chain.writeBytes, this.count);
    for (let n: u32 = 0; n < bytes; n++) {
      store<u8>(this.buffer + n, load<u8>(this.fifo + this.head));
      this.head = (this.head + 1) % con.VIRTIO_CONSOLE_INPUT;
    }
    this.count -= bytes;
    this.chain.write(0, this.buffer, bytes);
    return bytes;
  }

  private transmit(): i32 {
    const total = this.chain.readBytes;
    if (this.chain.writeBytes != 0 || total > <u64>i32.MAX_VALUE) {
      this.fail(virtio.VIRTIO_ERROR_LAYOUT, RECEIVE + 1);
      return NOT_DONE;
    }
    const bytes = this.sent < <u32>total ? min(<u32>total - this.sent, PIECE) : 0;
    this.chain.read(this.sent, this.buffer, bytes);
    for (let n: u32 = 0; n < bytes; n++) consolePut(load<u8>(this.buffer + n));
    this.sent += bytes;
    if (this.sent < <u32>total) return NOT_DONE;
    this.sent = 0;
    return 0;
  }
}

/**
 * virtio-rng (VIRTIO 1.3, 5.4): fills buffers with numbers of a seeded generator (splitmix64), so that a run repeats. It is no source
 * for keys.
 */
import * as virtio from '../../generated/virtio';
import { NOT_DONE, REQUEST_FEATURES, RequestDevice, transferCycles } from '../virtio/requests';
import { allocateOutside } from '../../layout';

const GAMMA: u64 = 0x9e37_79b9_7f4a_7c15;
/** A longer buffer gets only so many bytes, as the specification allows. */
const MOST_BYTES: u32 = 4096;

export class VirtioRng extends RequestDevice {
  private state: u64;
  private buffer: usize = allocateOutside(MOST_BYTES);

  constructor(slot: u32, seed: u64) {
    super(slot, virtio.VIRTIO_ID_RNG, 1);
    this.state = seed;
  }

  stateBytes(): u32 {
    return offsetof<VirtioRng>();
  }

  protected features(): u64 {
    return REQUEST_FEATURES;
  }

  protected configBytes(): u32 {
    return 0;
  }

  protected configByte(_offset: u32): u32 {
    return 0;
  }

  protected cost(_n: u32): u64 {
    return transferCycles(this.chain.descriptors, min<u64>(this.chain.writeBytes, MOST_BYTES));
  }

  protected perform(n: u32): i32 {
    if (this.chain.readBytes != 0 || this.chain.writeBytes == 0) {
      this.fail(virtio.VIRTIO_ERROR_LAYOUT, n);
      return NOT_DONE;
    }
    const bytes = <u32>min<u64>(this.chain.writeBytes, MOST_BYTES);
    for (let at: u32 = 0; at < bytes; at += 8) store<u64>(this.buffer + at, this.next());
    this.chain.write(0, this.buffer, bytes);
    return bytes;
  }

  private next(): u64 {
    this.state += GAMMA;
    let z = this.state;
    z = (z ^ (z >>> 30)) * 0xbf58_476d_1ce4_e5b9;
    z = (z ^ (z >>> 27)) * 0x94d0_49bb_1331_11eb;
    return z ^ (z >>> 31);
  }
}

/**
 * virtio-blk (VIRTIO 1.3, 5.2): a disk whose image the host gives. Requests are done in order, each after the time of a fast
 * solid-state disk and of its transfer. Until the host gives an image the slot is empty.
 *
 * The image lies behind RAM. It is state, but large: the device keeps a sum over its sectors that follows every write, and
 * that sum stands for the image in the state hash.
 */
import { ramSize } from '../../bus';
import * as blk from '../../generated/virtio-blk';
import * as virtio from '../../generated/virtio';
import { RAM, allocateOutside, growMemory } from '../../layout';
import { NOT_DONE, REQUEST_FEATURES, RequestDevice, transferCycles } from '../virtio/requests';
import { feature } from '../virtio/transport';

/** Time of an access without its transfer, in microseconds. */
const ACCESS_MICROSECONDS: u64 = 20;
/** Largest image in bytes, so that it ends within the core's memory. */
const MOST_BYTES: u64 = 0x4000_0000;
const CONFIG_BYTES: u32 = blk.VIRTIO_BLK_BLK_SIZE + 4 - virtio.VIRTIO_CONFIG;
const SECTOR = blk.VIRTIO_BLK_SECTOR;
const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;

/** A byte for each 4 KiB of the image that the guest has written since the host last cleared it: no state. 0 without a disk. */
export let diskDirty: usize = 0;
const DIRTY_SHIFT: u32 = 12;

export class VirtioBlk extends RequestDevice {
  private cyclesPerMicrosecond: u64;
  private sectors: u64 = 0;
  private readOnly: bool = false;
  /** Sum over the sectors that are not zero. */
  private contents: u64 = 0;
  private image: usize = 0;
  private header: usize = allocateOutside(blk.VIRTIO_BLK_HEADER_SIZE);
  private name: usize = allocateOutside(blk.VIRTIO_BLK_ID_SIZE);

  constructor(slot: u32, clockHz: u64) {
    super(slot, 0, 1);
    this.cyclesPerMicrosecond = clockHz / 1_000_000;
    memory.copy(this.name, changetype<usize>(String.UTF8.encode('nothread')), 8);
  }

  stateBytes(): u32 {
    return offsetof<VirtioBlk>();
  }

  /**
   * Make room for an image; the host fills it and then calls `insert`.
   * @param bytes a multiple of 512
   * @returns where it goes, or 0 when it is too large
   */
  reserve(bytes: u32): usize {
    if (bytes == 0 || bytes % SECTOR != 0 || bytes > MOST_BYTES) return 0;
    if (<u64>RAM + ramSize + bytes > 0xffff_0000 || !growMemory(ramSize + bytes)) return 0;
    diskDirty = allocateOutside((bytes + ((1 << DIRTY_SHIFT) - 1)) >> DIRTY_SHIFT);
    this.image = RAM + ramSize;
    this.sectors = bytes / SECTOR;
    return this.image;
  }

  /** The image is complete: the disk appears in its slot. To be called before the machine runs. */
  insert(readOnly: bool): void {
    this.readOnly = readOnly;
    this.contents = 0;
    for (let n: u64 = 0; n < this.sectors; n++) this.contents += this.sumOf(n);
    this.deviceId = virtio.VIRTIO_ID_BLOCK;
  }

  protected features(): u64 {
    const all =
      REQUEST_FEATURES |
      feature(blk.VIRTIO_BLK_F_SEG_MAX) |
      feature(blk.VIRTIO_BLK_F_BLK_SIZE) |
      feature(blk.VIRTIO_BLK_F_FLUSH);
    return this.readOnly ? all | feature(blk.VIRTIO_BLK_F_RO) : all;
  }

  protected configBytes(): u32 {
    return CONFIG_BYTES;
  }

  protected configByte(offset: u32): u32 {
    const at = offset + virtio.VIRTIO_CONFIG;
    if (at < blk.VIRTIO_BLK_SIZE_MAX) return (<u32>(this.sectors >>> (8 * offset))) & 0xff;
    if (at < blk.VIRTIO_BLK_SEG_MAX) return 0;
    if (at < blk.VIRTIO_BLK_GEOMETRY) {
      return (blk.VIRTIO_BLK_SEG_MAX_RESET >>> (8 * (at - blk.VIRTIO_BLK_SEG_MAX))) & 0xff;
    }
    if (at < blk.VIRTIO_BLK_BLK_SIZE) return 0;
    return (blk.VIRTIO_BLK_BLK_SIZE_RESET >>> (8 * (at - blk.VIRTIO_BLK_BLK_SIZE))) & 0xff;
  }

  protected cost(_n: u32): u64 {
    const chain = this.chain;
    const bytes = chain.readBytes + chain.writeBytes;
    const access = ACCESS_MICROSECONDS * this.cyclesPerMicrosecond;
    return access + transferCycles(chain.descriptors, bytes);
  }

  protected perform(n: u32): i32 {
    const chain = this.chain;
    if (chain.readBytes < blk.VIRTIO_BLK_HEADER_SIZE || chain.writeBytes < 1) {
      this.fail(virtio.VIRTIO_ERROR_LAYOUT, n);
      return NOT_DONE;
    }
    chain.read(0, this.header, blk.VIRTIO_BLK_HEADER_SIZE);
    const room = chain.writeBytes - 1;
    const status = this.request(
      load<u32>(this.header),
      load<u64>(this.header, blk.VIRTIO_BLK_HEADER_SECTOR),
      room,
    );
    store<u8>(this.header, <u8>status);
    chain.write(<u32>room, this.header, 1);
    return status == blk.VIRTIO_BLK_S_OK ? <i32>chain.writeBytes : 1;
  }

  /** Do a request whose answer has `room` bytes in front of the status. */
  private request(type: u32, sector: u64, room: u64): u32 {
    const chain = this.chain;
    const data = chain.readBytes - blk.VIRTIO_BLK_HEADER_SIZE;
    if (type == blk.VIRTIO_BLK_T_IN) {
      if (!this.holds(sector, room)) return blk.VIRTIO_BLK_S_IOERR;
      chain.write(0, this.image + <usize>sector * SECTOR, <u32>room);
    } else if (type == blk.VIRTIO_BLK_T_OUT) {
      if (this.readOnly || !this.holds(sector, data)) return blk.VIRTIO_BLK_S_IOERR;
      this.writeSectors(sector, <u32>data);
    } else if (type == blk.VIRTIO_BLK_T_GET_ID) {
      if (room < blk.VIRTIO_BLK_ID_SIZE) return blk.VIRTIO_BLK_S_IOERR;
      chain.write(0, this.name, blk.VIRTIO_BLK_ID_SIZE);
    } else if (type != blk.VIRTIO_BLK_T_FLUSH) {
      return blk.VIRTIO_BLK_S_UNSUPP;
    }
    return blk.VIRTIO_BLK_S_OK;
  }

  /** Whether so many bytes from a sector on are whole sectors of the disk. */
  private holds(sector: u64, bytes: u64): bool {
    return bytes % SECTOR == 0 && sector <= this.sectors && bytes / SECTOR <= this.sectors - sector;
  }

  private writeSectors(sector: u64, bytes: u32): void {
    const last = sector + bytes / SECTOR;
    for (let n = sector; n < last; n++) this.contents -= this.sumOf(n);
    this.chain.read(blk.VIRTIO_BLK_HEADER_SIZE, this.image + <usize>sector * SECTOR, bytes);
    for (let n = sector; n < last; n++) {
      this.contents += this.sumOf(n);
      store<u8>(diskDirty + <usize>((n * SECTOR) >> DIRTY_SHIFT), 1);
    }
  }

  /** Hash of a sector with its number; 0 for one that is all zero. */
  private sumOf(n: u64): u64 {
    const start = this.image + <usize>n * SECTOR;
    let hash: u64 = 0;
    let any: u64 = 0;
    for (let at = start; at < start + SECTOR; at += 8) {
      any |= load<u64>(at);
      hash = (hash ^ load<u64>(at)) * FACTOR;
      hash ^= hash >>> 29;
    }
    return any ? (hash ^ (n + 1)) * FACTOR : 0;
  }
}

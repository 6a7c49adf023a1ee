/** What the driver sets by the control queue (VIRTIO 1.3, 5.1.6.5): address filter, queue pairs, scaling, moderation. */
import { VIRTIO_CONFIG } from '../../generated/virtio';
import * as net from '../../generated/virtio-net';
import { FLOW_NONE, flowHash, flowOf } from './packet';

/** Addresses that the filter holds. */
export const FILTER_ENTRIES: u32 = 32;
export const KEY_BYTES: u32 = net.VIRTIO_NET_RSS_MAX_KEY_SIZE_RESET;
export const TABLE_ENTRIES: u32 = net.VIRTIO_NET_RSS_MAX_INDIRECTION_RESET;
const ALL_FLOWS: u32 = net.VIRTIO_NET_SUPPORTED_HASH_TYPES_RESET;
const MAC_BYTES: u32 = 6;
/** Bytes of the configuration space. */
export const CONFIG_BYTES: u32 = net.VIRTIO_NET_SUPPORTED_HASH_TYPES + 4 - VIRTIO_CONFIG;
/** 52:54:00:12:34:56, the address QEMU gives its first card. */
const MAC_LOW: u32 = 0x1200_5452;
const MAC_HIGH: u16 = 0x5634;

/** The key that spreads flows when the driver gave none: the well-known example key of receive side scaling. */
const DEFAULT_KEY: StaticArray<u8> = [
  0x6d, 0x5a, 0x56, 0xda, 0x25, 0x5b, 0x0e, 0xc2, 0x41, 0x67, 0x25, 0x3d, 0x43, 0xa3, 0x8f, 0xb0,
  0xd0, 0xca, 0x2b, 0xcb, 0xae, 0x7b, 0x30, 0xb4, 0x77, 0xcb, 0x2d, 0xa3, 0x80, 0x30, 0xf2, 0x0c,
  0x6a, 0x42, 0xb7, 0x3b, 0xbe, 0xac, 0x01, 0xfa,
];

/** Key, indirection table, configuration space and filter tables follow it. */
@unmanaged
export class Settings {
  promiscuous: bool;
  allMulticast: bool;
  /** A filter table was set. */
  filtered: bool;
  /** The filter table was too long: every frame is taken. */
  overflow: bool;
  /** Pairs in use. */
  pairs: u32;
  /** The driver has configured receive side scaling. */
  scaling: bool;
  hashTypes: u32;
  tableMask: u32;
  unclassified: u32;
  receivePackets: u32;
  receiveMicroseconds: u32;
  transmitPackets: u32;
  transmitMicroseconds: u32;
  filters: u32;

  get key(): usize {
    return changetype<usize>(this) + offsetof<Settings>();
  }

  get table(): usize {
    return this.key + KEY_BYTES;
  }

  /** The configuration space; the card's address is its first field. */
  get address(): usize {
    return this.table + 2 * TABLE_ENTRIES;
  }

  get filter(): usize {
    return this.address + CONFIG_BYTES;
  }

  /** As after reset, with the configuration of a card that has so many queue pairs. */
  reset(pairs: u32): void {
    memory.fill(changetype<usize>(this), 0, SETTINGS_BYTES);
    memory.copy(this.key, changetype<usize>(DEFAULT_KEY), KEY_BYTES);
    this.pairs = 1;
    store<u32>(this.address, MAC_LOW);
    store<u16>(this.address, MAC_HIGH, 4);
    this.configure(net.VIRTIO_NET_LINK, net.VIRTIO_NET_LINK_RESET);
    this.configure(net.VIRTIO_NET_MAX_PAIRS, pairs);
    this.configure(net.VIRTIO_NET_MTU, net.VIRTIO_NET_MTU_RESET);
    store<u32>(this.place(net.VIRTIO_NET_SPEED), net.VIRTIO_NET_SPEED_RESET);
    store<u8>(this.place(net.VIRTIO_NET_DUPLEX), <u8>net.VIRTIO_NET_DUPLEX_RESET);
    store<u8>(this.place(net.VIRTIO_NET_RSS_MAX_KEY_SIZE), <u8>KEY_BYTES);
    this.configure(net.VIRTIO_NET_RSS_MAX_INDIRECTION, TABLE_ENTRIES);
    store<u32>(this.place(net.VIRTIO_NET_SUPPORTED_HASH_TYPES), ALL_FLOWS);
  }

  /** Whether a frame with this destination is for the card. */
  takes(destination: usize): bool {
    if (this.promiscuous || this.overflow) return true;
    if (this.isAddress(destination, this.address)) return true;
    const group = (load<u8>(destination) & 1) != 0;
    if (group && (this.allMulticast || !this.filtered || this.isBroadcast(destination)))
      return true;
    for (let n: u32 = 0; n < this.filters; n++) {
      if (this.isAddress(destination, this.filter + n * MAC_BYTES)) return true;
    }
    return false;
  }

  /** The receive queue pair of a frame: a flow stays on one. */
  pairOf(frame: usize, bytes: u32): u32 {
    if (this.pairs == 1 && !this.scaling) return 0;
    const flow = flowOf(frame, bytes, this.scaling ? this.hashTypes : ALL_FLOWS);
    if (flow == FLOW_NONE) return this.scaling ? this.unclassified : 0;
    const hash = flowHash(frame, flow, this.key);
    if (!this.scaling) return hash % this.pairs;
    return load<u16>(this.table + 2 * (hash & this.tableMask));
  }

  private place(register: u32): usize {
    return this.address + register - VIRTIO_CONFIG;
  }

  private configure(register: u32, value: u32): void {
    store<u16>(this.place(register), <u16>value);
  }

  private isAddress(a: usize, b: usize): bool {
    return load<u32>(a) == load<u32>(b) && load<u16>(a, 4) == load<u16>(b, 4);
  }

  private isBroadcast(address: usize): bool {
    return load<u32>(address) == 0xffff_ffff && load<u16>(address, 4) == 0xffff;
  }
}

/** Bytes of the settings with all that follows. */
export const SETTINGS_BYTES: u32 =
  <u32>offsetof<Settings>() +
  KEY_BYTES +
  2 * TABLE_ENTRIES +
  CONFIG_BYTES +
  FILTER_ENTRIES * MAC_BYTES;

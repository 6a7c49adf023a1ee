/**
 * Shapes of the data that both sides of the machine are made from. The tables beside the models are plain TypeScript;
 * `host/build/generate.ts` derives the AssemblyScript constants and the reference pages from them.
 */

/** How a register may be used. `X` is an exchange register: one AMOSWAP.W hands over the operand and returns the answer. */
export type Access = 'RO' | 'RW' | 'WO' | 'W1C' | 'X';

/** A field of a register. */
export interface Bits {
  name: string;
  /** Position of the lowest bit. */
  lsb: number;
  /** Number of bits; 1 unless given. */
  width?: number;
  doc: string;
}

/** One register, or an array of `count` registers `stride` bytes apart. */
export interface Register {
  /** The name the source document uses, in capitals. */
  name: string;
  /** Byte offset from the device's base. */
  offset: number;
  /** Bytes per access: 1, 2, 4 or 8. */
  width: 1 | 2 | 4 | 8;
  access: Access;
  count?: number;
  stride?: number;
  /** Value after reset; 0 unless given. */
  reset?: number;
  bits?: Bits[];
  doc: string;
}

/** The register page of one device. */
export interface RegisterTable {
  /** Folder name of the device and prefix of its constants. */
  device: string;
  title: string;
  /** Specification and section the registers follow. */
  source: string;
  /** Bytes of address space. */
  size: number;
  /** All registers exist `count` times, `stride` bytes apart. */
  banks?: { count: number; stride: number };
  registers: Register[];
  /** Other named numbers that driver and model share: limits, codes, record offsets. */
  constants?: { name: string; value: number; doc: string }[];
}

/** A layer of the road from `await` to wire; a lane in the views. */
export type Layer =
  | 'wire'
  | 'nic'
  | 'interrupt'
  | 'dpc'
  | 'driver'
  | 'io'
  | 'port'
  | 'thread'
  | 'syscall'
  | 'task'
  | 'machine';

/** One kind of trace record. Fields `a`, `b`, `c` are unsigned 32-bit words. */
export interface TraceEvent {
  id: number;
  name: string;
  layer: Layer;
  /** Written by the machine itself, or by a HINT instruction of the guest. */
  from: 'hardware' | 'guest';
  a: string;
  b?: string;
  c?: string;
  doc: string;
}

/** One system call: number in a7, arguments in a0 to a5, an NTSTATUS back in a0. */
export interface SystemCall {
  number: number;
  name: string;
  /** Argument names with units, in register order. */
  args: string[];
  doc: string;
}

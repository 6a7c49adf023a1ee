/**
 * The devicetree of the board, which a program finds through a1 at its start. The nodes are those of QEMU's `virt` board, with our own units added.
 */

import { flatten, type TreeNode } from './flattenedTree.ts'

/** What the tree depends on. */
export interface Board {
  harts: number
  /** Bytes of RAM, up to 2 GiB. */
  ramBytes: number
  /** Command line for the guest. */
  bootArguments?: string
}

const RAM_BASE = 0x8000_0000
const TIMEBASE_HZ = 10_000_000
const UART_CLOCK_HZ = 3_686_400
const INTERRUPT_SOURCES = 63
const VIRTIO_SLOTS = 8
const ISA_EXTENSIONS = ['i', 'm', 'a', 'c', 'zicsr', 'zifencei', 'zicntr', 'zba', 'zbb', 'zbs']
const ISA = 'rv32imac_zicntr_zicsr_zifencei_zba_zbb_zbs'
/** Interrupts of the hart-local controller, by their numbers in mcause. */
const SOFTWARE = 3
const TIMER = 7
const EXTERNAL = 11
/** The second context of each hart: interrupts of a mode it does not have. */
const NO_INTERRUPT = 0xffff_ffff

const PLIC_HANDLE = 1
const FINISHER_HANDLE = 2
const FIRST_HART_HANDLE = 3

/** The blob for a board. */
export function deviceTree(board: Board): Uint8Array {
  return flatten(root(board))
}

function root(board: Board): TreeNode {
  return {
    name: '',
    properties: {
      '#address-cells': [1],
      '#size-cells': [1],
      compatible: 'riscv-virtio',
      model: 'nothread',
    },
    children: [
      {
        name: 'chosen',
        properties: {
          'stdout-path': '/soc/serial@10000000',
          ...(board.bootArguments === undefined ? {} : { bootargs: board.bootArguments }),
        },
      },
      {
        name: `memory@${RAM_BASE.toString(16)}`,
        properties: { device_type: 'memory', reg: [RAM_BASE, board.ramBytes] },
      },
      harts(board.harts),
      soc(board.harts),
      power('poweroff', 0x5555),
      power('reboot', 0x7777),
    ],
  }
}

function harts(count: number): TreeNode {
  return {
    name: 'cpus',
    properties: { '#address-cells': [1], '#size-cells': [0], 'timebase-frequency': [TIMEBASE_HZ] },
    children: each(count, (hart) => ({
      name: `cpu@${hart}`,
      properties: {
        device_type: 'cpu',
        reg: [hart],
        status: 'okay',
        compatible: 'riscv',
        'riscv,isa': ISA,
        'riscv,isa-base': 'rv32i',
        'riscv,isa-extensions': ISA_EXTENSIONS,
      },
      children: [
        {
          name: 'interrupt-controller',
          properties: {
            '#interrupt-cells': [1],
            'interrupt-controller': true,
            compatible: 'riscv,cpu-intc',
            phandle: [FIRST_HART_HANDLE + hart],
          },
        },
      ],
    })),
  }
}

function soc(count: number): TreeNode {
  return {
    name: 'soc',
    properties: {
      '#address-cells': [1],
      '#size-cells': [1],
      compatible: 'simple-bus',
      ranges: true,
    },
    children: [
      finisher(),
      clint(count),
      ...ownUnits(count),
      plic(count),
      uart(),
      ...each(VIRTIO_SLOTS, virtioSlot),
    ],
  }
}

function finisher(): TreeNode {
  return device('test', 0x10_0000, 0x1000, {
    compatible: ['sifive,test1', 'sifive,test0', 'syscon'],
    phandle: [FINISHER_HANDLE],
  })
}

function clint(count: number): TreeNode {
  return device('clint', 0x200_0000, 0x1_0000, {
    compatible: ['sifive,clint0', 'riscv,clint0'],
    'interrupts-extended': perHart(count, (handle) => [handle, SOFTWARE, handle, TIMER]),
  })
}

function plic(count: number): TreeNode {
  return device('plic', 0xc00_0000, 0x60_0000, {
    compatible: ['sifive,plic-1.0.0', 'riscv,plic0'],
    '#address-cells': [0],
    '#interrupt-cells': [1],
    'interrupt-controller': true,
    'interrupts-extended': perHart(count, (handle) => [handle, EXTERNAL, handle, NO_INTERRUPT]),
    'riscv,ndev': [INTERRUPT_SOURCES],
    phandle: [PLIC_HANDLE],
  })
}

function uart(): TreeNode {
  return device('serial', 0x1000_0000, 0x100, {
    compatible: 'ns16550a',
    'clock-frequency': [UART_CLOCK_HZ],
    ...interrupts([10]),
  })
}

function virtioSlot(slot: number): TreeNode {
  return device('virtio_mmio', 0x1000_1000 + 0x1000 * slot, 0x1000, {
    compatible: 'virtio,mmio',
    ...interrupts([1 + slot]),
  })
}

function ownUnits(count: number): TreeNode[] {
  return [
    device('dpc', 0x400_0000, 0x1000 * count, {
      compatible: 'nothread,dpc-queue',
      ...interrupts(each(count, (hart) => 32 + hart)),
    }),
    device('ports', 0x401_0000, 0x1000, {
      compatible: 'nothread,completion-ports',
      ...interrupts(each(count, (hart) => 40 + hart)),
    }),
    device('mailbox', 0x402_0000, 0x1000, {
      compatible: 'nothread,mailbox',
      ...interrupts([48]),
    }),
  ]
}

function power(name: string, value: number): TreeNode {
  return {
    name,
    properties: {
      compatible: `syscon-${name}`,
      regmap: [FINISHER_HANDLE],
      offset: [0],
      value: [value],
    },
  }
}

function device(
  name: string,
  base: number,
  size: number,
  properties: TreeNode['properties'],
): TreeNode {
  return { name: `${name}@${base.toString(16)}`, properties: { reg: [base, size], ...properties } }
}

function interrupts(sources: number[]): TreeNode['properties'] {
  return { interrupts: sources, 'interrupt-parent': [PLIC_HANDLE] }
}

function perHart(count: number, cells: (handle: number) => number[]): number[] {
  return each(count, (hart) => cells(FIRST_HART_HANDLE + hart)).flat()
}

function each<T>(count: number, make: (n: number) => T): T[] {
  return Array.from({ length: count }, (_, n) => make(n))
}

import { RAM_BASE, newBoard, plug } from '../../__tests__/board';
import { refused } from '../../../bus';
import { MIP_MEIP, hartAt, resetHarts } from '../../../cpu/hart';
import {
  PLIC_CLAIM,
  PLIC_CLAIM_STRIDE,
  PLIC_ENABLE,
  PLIC_ENABLE_STRIDE,
  PLIC_PENDING,
  PLIC_PRIORITY,
  PLIC_THRESHOLD,
  PLIC_THRESHOLD_STRIDE,
} from '../../../generated/plic';
import { Plic, setLine } from '../index';

let plic: Plic = changetype<Plic>(0);

/** Context of hart h in machine mode. */
function machine(hart: u32): u32 {
  return 2 * hart;
}

function enable(context: u32, source: u32, priority: u32): void {
  const at = PLIC_ENABLE + PLIC_ENABLE_STRIDE * context + 4 * (source >> 5);
  plic.write(at, 4, plic.read(at, 4) | (1 << (source & 31)));
  plic.write(PLIC_PRIORITY + 4 * source, 4, priority);
}

function threshold(context: u32, level: u32): void {
  plic.write(PLIC_THRESHOLD + PLIC_THRESHOLD_STRIDE * context, 4, level);
}

function claim(context: u32): u32 {
  return plic.read(PLIC_CLAIM + PLIC_CLAIM_STRIDE * context, 4);
}

function complete(context: u32, source: u32): void {
  plic.write(PLIC_CLAIM + PLIC_CLAIM_STRIDE * context, 4, source);
}

function interrupted(hart: u32): bool {
  return (hartAt(hart).mip & MIP_MEIP) != 0;
}

describe('PLIC', () => {
  beforeEach(() => {
    newBoard();
    resetHarts(2, RAM_BASE);
    plic = new Plic();
    plug(plic, 0x3000_0000, 0x60_0000);
  });

  it('interrupts for a priority above the threshold only', () => {
    enable(machine(0), 5, 3);
    threshold(machine(0), 3);
    setLine(5, true);
    expect(interrupted(0)).toBe(false);
    threshold(machine(0), 2);
    expect(interrupted(0)).toBe(true);
    expect(interrupted(1)).toBe(false);
  });

  it('gives the highest priority, then the lowest number, whatever the threshold', () => {
    enable(machine(0), 40, 2);
    enable(machine(0), 7, 2);
    enable(machine(0), 33, 9);
    setLine(40, true);
    setLine(7, true);
    setLine(33, true);
    threshold(machine(0), 15);
    expect(claim(machine(0))).toBe(33);
    expect(claim(machine(0))).toBe(7);
    expect(claim(machine(0))).toBe(40);
    expect(claim(machine(0))).toBe(0);
  });

  it('does not forward a source again before it is completed', () => {
    enable(machine(0), 5, 1);
    setLine(5, true);
    expect(claim(machine(0))).toBe(5);
    expect(interrupted(0)).toBe(false);
    complete(machine(0), 5);
    expect(interrupted(0)).toBe(true);
    expect(claim(machine(0))).toBe(5);
    setLine(5, false);
    complete(machine(0), 5);
    expect(interrupted(0)).toBe(false);
  });

  it('keeps a request whose line has fallen until it is claimed', () => {
    enable(machine(0), 5, 1);
    setLine(5, true);
    setLine(5, false);
    expect(plic.read(PLIC_PENDING, 4)).toBe(1 << 5);
    expect(claim(machine(0))).toBe(5);
    expect(plic.read(PLIC_PENDING, 4)).toBe(0);
  });

  it('ignores completion by a context that has not enabled the source', () => {
    enable(machine(0), 5, 1);
    setLine(5, true);
    claim(machine(0));
    complete(machine(1), 5);
    complete(machine(0), 99);
    expect(interrupted(0)).toBe(false);
  });

  it('lets the first of two harts claim', () => {
    enable(machine(0), 5, 1);
    enable(machine(1), 5, 1);
    setLine(5, true);
    expect(interrupted(0) && interrupted(1)).toBe(true);
    expect(claim(machine(1))).toBe(5);
    expect(claim(machine(0))).toBe(0);
    expect(interrupted(0) || interrupted(1)).toBe(false);
  });

  it('never interrupts for priority 0, and has 16 priorities', () => {
    enable(machine(0), 5, 0);
    setLine(5, true);
    expect(interrupted(0)).toBe(false);
    plic.write(PLIC_PRIORITY + 20, 4, 0xff);
    expect(plic.read(PLIC_PRIORITY + 20, 4)).toBe(15);
    plic.write(PLIC_PRIORITY, 4, 7);
    expect(plic.read(PLIC_PRIORITY, 4)).toBe(0);
  });

  it('keeps the registers of supervisor contexts and interrupts nobody for them', () => {
    enable(1, 5, 1);
    setLine(5, true);
    expect(interrupted(0) || interrupted(1)).toBe(false);
    expect(plic.read(PLIC_ENABLE + PLIC_ENABLE_STRIDE, 4)).toBe(1 << 5);
  });

  it('refuses bytes and registers it does not have', () => {
    plic.read(PLIC_PRIORITY + 4, 1);
    expect(refused).toBe(true);
  });

  it('refuses contexts it does not have', () => {
    plic.read(PLIC_THRESHOLD + 4 * PLIC_THRESHOLD_STRIDE, 4);
    expect(refused).toBe(true);
  });
});

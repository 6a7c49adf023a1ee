import { RAM_BASE, newBoard, plug, runTo } from '../../__tests__/board';
import { refused } from '../../../bus';
import { NEVER, nextEvent } from '../../../clock';
import { MIP_MSIP, MIP_MTIP, hartAt, resetHarts } from '../../../cpu/hart';
import { CLINT_MSIP, CLINT_MTIME, CLINT_MTIMECMP } from '../../../generated/clint';
import { Clint, cycleOfTime } from '../index';

let clint: Clint = changetype<Clint>(0);

/** Two harts, and a clock of which 100 cycles are one unit of mtime. */
function begin(clockHz: u64 = 1_000_000_000): void {
  newBoard();
  resetHarts(2, RAM_BASE);
  clint = new Clint(clockHz);
  plug(clint, 0x2000_0000, 0x1_0000);
}

function pending(hart: u32): u32 {
  return hartAt(hart).mip;
}

function compare(hart: u32, value: u64): void {
  clint.write(CLINT_MTIMECMP + 8 * hart, 4, <u32>value);
  clint.write(CLINT_MTIMECMP + 8 * hart + 4, 4, <u32>(value >> 32));
}

describe('CLINT', () => {
  beforeEach(() => {
    begin();
  });

  it('has no timer after reset', () => {
    expect(nextEvent()).toBe(NEVER);
    expect(clint.read(CLINT_MTIMECMP + 4, 4)).toBe(0xffff_ffff);
  });

  it('raises the timer interrupt at the cycle of mtimecmp, per hart', () => {
    compare(1, 7);
    runTo(699);
    expect(pending(1)).toBe(0);
    runTo(700);
    expect(pending(1)).toBe(MIP_MTIP);
    expect(pending(0)).toBe(0);
    expect(clint.read(CLINT_MTIME, 4)).toBe(7);
    compare(1, 9);
    expect(pending(1)).toBe(0);
    runTo(2000);
    expect(pending(1)).toBe(MIP_MTIP);
  });

  it('raises it at once for a time that has been', () => {
    runTo(1000);
    compare(0, 10);
    expect(pending(0)).toBe(MIP_MTIP);
  });

  it('does not overflow with far times', () => {
    compare(0, u64.MAX_VALUE - 1);
    expect(nextEvent()).toBe(NEVER);
    compare(0, 0x0000_0100_0000_0000);
    expect(nextEvent()).toBe(0x0000_0100_0000_0000 * 100);
  });

  it('keeps time when mtime is written', () => {
    compare(0, 50);
    runTo(1000);
    clint.write(CLINT_MTIME, 4, 48);
    expect(clint.read(CLINT_MTIME, 4)).toBe(48);
    expect(nextEvent()).toBe(1200);
    runTo(1200);
    expect(pending(0)).toBe(MIP_MTIP);
    clint.write(CLINT_MTIME + 4, 4, 1);
    expect(clint.read(CLINT_MTIME + 4, 4)).toBe(1);
  });

  it('drives software interrupts by bit 0', () => {
    clint.write(CLINT_MSIP + 4, 4, 0xffff_ffff);
    expect(clint.read(CLINT_MSIP + 4, 4)).toBe(1);
    expect(pending(1)).toBe(MIP_MSIP);
    clint.write(CLINT_MSIP + 4, 4, 2);
    expect(pending(1)).toBe(0);
  });

  it('has no registers of other harts and no bytes', () => {
    clint.read(CLINT_MSIP + 8, 4);
    expect(refused).toBe(true);
    clint.write(CLINT_MTIMECMP, 1, 0);
    expect(refused).toBe(true);
  });

  it('finds the first cycle of a time with a clock that is no multiple', () => {
    begin(33_333_333);
    for (let value: u64 = 1; value < 40; value++) {
      const cycle = cycleOfTime(value);
      expect(clint.mtime(cycle)).toBeGreaterThanOrEqual(value);
      expect(clint.mtime(cycle - 1)).toBeLessThan(value);
    }
  });
});

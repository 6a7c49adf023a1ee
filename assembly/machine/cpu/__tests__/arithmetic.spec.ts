import {
  high,
  highMixed,
  highUnsigned,
  orBytes,
  quotient,
  quotientUnsigned,
  remainder,
  remainderUnsigned,
} from '../arithmetic';

const MIN: u32 = 0x8000_0000;
const MINUS_ONE: u32 = 0xffff_ffff;

describe('division', () => {
  it('by zero gives all ones and the dividend', () => {
    expect(quotient(7, 0)).toBe(MINUS_ONE);
    expect(quotientUnsigned(7, 0)).toBe(MINUS_ONE);
    expect(remainder(MIN, 0)).toBe(MIN);
    expect(remainderUnsigned(7, 0)).toBe(7);
  });

  it('that overflows gives the dividend and 0', () => {
    expect(quotient(MIN, MINUS_ONE)).toBe(MIN);
    expect(remainder(MIN, MINUS_ONE)).toBe(0);
  });

  it('goes towards zero', () => {
    expect(<i32>quotient(-7, 2)).toBe(-3);
    expect(<i32>remainder(-7, 2)).toBe(-1);
    expect(<i32>remainder(7, -2)).toBe(1);
    expect(quotientUnsigned(MINUS_ONE, 2)).toBe(0x7fff_ffff);
  });
});

describe('high words of products', () => {
  it('by the signs of the operands', () => {
    expect(high(MINUS_ONE, MINUS_ONE)).toBe(0);
    expect(high(MIN, MIN)).toBe(0x4000_0000);
    expect(highMixed(MINUS_ONE, MINUS_ONE)).toBe(MINUS_ONE);
    expect(highMixed(2, MINUS_ONE)).toBe(1);
    expect(highUnsigned(MINUS_ONE, MINUS_ONE)).toBe(0xffff_fffe);
  });
});

describe('orc.b', () => {
  it('fills each byte that is not 0', () => {
    expect(orBytes(0)).toBe(0);
    expect(orBytes(0x0080_0001)).toBe(0x00ff_00ff);
    expect(orBytes(0x0100_ff00)).toBe(0xff00_ff00);
    expect(orBytes(0x7f80_817e)).toBe(MINUS_ONE);
  });
});

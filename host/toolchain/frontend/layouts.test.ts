import { expect, test } from 'vitest'
import { compileKernel } from '../compile.ts'
import { LAYOUT_SECTION, mergeLayouts, readLayouts } from './layouts.ts'

/** Views of the host read guest memory by these offsets, so they have to be those of the code. */

const files: Record<string, string> = {
  'index.ts': `
    import { Child } from './child';
    export const COLOUR_RED: u32 = 3;
    const COLOUR_NONE: i32 = -1;
    const table = memory.data(16, 8);
    let calls: u32 = 0;
    export function go(address: usize): u32 {
      calls++;
      const child = changetype<Child>(address);
      return child.small + child.first + calls + COLOUR_RED + COLOUR_NONE + load<u32>(table);
    }`,
  'child.ts': `
    @unmanaged class Base { first: u32; wide: u64; get twice(): u32 { return this.first * 2; } }
    @unmanaged export class Child extends Base { small: u8; other: Base; }`,
  'boot.s': '.globl _boot\n_boot: j _boot\n',
}

const image = await compileKernel('index.ts', ['boot.s'], (path) => files[path] ?? null)
const { classes, constants } = readLayouts(image)

test('fields of a class and its base, with offsets, sizes and types', () => {
  expect(classes.find(({ name }) => name === 'child/Child')).toEqual({
    name: 'child/Child',
    bytes: 24,
    fields: [
      { name: 'first', offset: 0, bytes: 4, type: 'u32' },
      { name: 'wide', offset: 8, bytes: 8, type: 'u64' },
      { name: 'small', offset: 16, bytes: 1, type: 'u8' },
      { name: 'other', offset: 20, bytes: 4, type: 'child/Base' },
    ],
  })
})

test('constants and addresses of static data, but no variables', () => {
  expect(constants['index/COLOUR_RED']).toBe(3)
  expect(constants['index/COLOUR_NONE']).toBe(-1)
  expect(constants['index/table'] >>> 0).toBeGreaterThan(0x8000_0000)
  expect(constants).not.toHaveProperty('index/calls')
})

test('an image of two has both', () => {
  const other = {
    ...image,
    sections: new Map([
      [LAYOUT_SECTION, new TextEncoder().encode('{"classes":[],"constants":{"x":1}}')],
    ]),
  }
  const sections = new Map(mergeLayouts(image, other))
  expect(readLayouts({ sections })).toEqual({ classes, constants: { ...constants, x: 1 } })
  expect(readLayouts({ sections: new Map() })).toEqual({ classes: [], constants: {} })
})

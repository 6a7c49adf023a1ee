import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { Random } from '../net/random.ts'
import { assembleImage } from '../toolchain/asm/index.ts'
import { partsOf, patchBytes, patchOf } from './delta.ts'
import { Machine } from './machine.ts'
import { readSections, writeSections } from './sections.ts'
import { readSnapshot } from './snapshotReader.ts'

const source = readFileSync(new URL('../../test/machine/busy.s', import.meta.url), 'utf8')
const program = assembleImage(source, { base: 0x8000_0000 })

async function busyMachine(): Promise<Machine> {
  const machine = await Machine.create({ ramBytes: 1 << 20, seed: 5, harts: 2 })
  await machine.load(program)
  return machine
}

describe('a change of bytes', () => {
  it.each([0, 1, 63, 64, 4096, 4097, 20_000])(
    'of %d bytes makes the new from the old',
    (length) => {
      const random = new Random(length, 'delta')
      const before = Uint8Array.from({ length }, () => random.below(256))
      const now = before.slice()
      for (let i = 0; i < length / 500; i++) now[random.below(length)] ^= 1
      const patch = patchOf(partsOf(before, now))
      expect(patchBytes(before, patch, length)).toEqual(now)
      expect(patch.length).toBeLessThanOrEqual(Math.ceil(length / 500) * (12 + 64))
    },
  )
})

describe('a delta', () => {
  it('is small, and with its base the whole state', async () => {
    const machine = await busyMachine()
    await machine.run({ until: 10_000 })
    const base = await machine.snapshot()
    await machine.run({ until: 20_000 })
    const delta = await machine.snapshot({ base })
    expect(delta.length).toBeLessThan(8_000)
    const restored = await Machine.restore(delta, { bases: [base] })
    expect(restored.stateHash()).toBe(machine.stateHash())
    expect(await restored.snapshot()).toEqual(await machine.snapshot())
    await machine.run({ until: 50_000 })
    await restored.run({ until: 50_000 })
    expect(restored.stateHash()).toBe(machine.stateHash())
  })

  it('can be a base itself', async () => {
    const machine = await busyMachine()
    const files = [await machine.snapshot()]
    for (const cycle of [10_000, 20_000, 30_000]) {
      await machine.run({ until: cycle })
      const base = await readSnapshot(files.at(-1)!, files)
      files.push(await machine.snapshot({ base }))
    }
    const restored = await Machine.restore(files.at(-1)!, { bases: files })
    expect(restored.stateHash()).toBe(machine.stateHash())
  })

  it('takes back what has become zero', async () => {
    const machine = await busyMachine()
    machine.poke(0x8008_0000, [1, 2, 3])
    const base = await machine.snapshot()
    machine.poke(0x8008_0000, [0, 0, 0])
    const restored = await Machine.restore(await machine.snapshot({ base }), { bases: [base] })
    expect(restored.peek(0x8008_0000, 3)).toEqual([0, 0, 0])
    expect(restored.stateHash()).toBe(machine.stateHash())
  })

  it('leaves a disk out that has not changed', async () => {
    const machine = await busyMachine()
    machine.insertDisk(new Uint8Array(5 * 512).fill(7))
    const base = await machine.snapshot()
    await machine.run({ until: 5000 })
    const delta = await machine.snapshot({ base })
    expect((await readSections(delta)).map(({ tag }) => tag)).not.toContain('DISK')
    const restored = await Machine.restore(delta, { bases: [base] })
    expect(restored.stateHash()).toBe(machine.stateHash())
  })

  it('is refused without its base', async () => {
    const machine = await busyMachine()
    const base = await machine.snapshot()
    await machine.run({ until: 1 })
    const delta = await machine.snapshot({ base })
    const other = await machine.snapshot()
    await expect(Machine.restore(delta)).rejects.toThrow(
      /a delta against the snapshot [0-9a-f]{12}/,
    )
    await expect(Machine.restore(delta, { bases: [other] })).rejects.toThrow('which is not given')
  })

  it.each([
    ['BLKS', [0, 0, 0], 'section "BLKS" is a change of nothing'],
    ['BLKS', [255, 255, 255, 255], 'section "BLKS" is a change to a length'],
    ['RAM ', [0, 0, 0, 0, 1], 'a change ends within its header'],
    ['RAM ', [0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], 'part 256 is out of order'],
    ['RAM ', [0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0], 'a change is cut off'],
  ])('whose section %s is %j is refused', async (tag, content, message) => {
    const machine = await busyMachine()
    const base = await machine.snapshot()
    await machine.run({ until: 1000 })
    const sections = await readSections(await machine.snapshot({ base }))
    const changed = { tag, bytes: Uint8Array.from(content), patch: true }
    const file = await writeSections([
      ...sections.filter((section) => section.tag !== tag),
      changed,
    ])
    await expect(Machine.restore(file, { bases: [base] })).rejects.toThrow(message)
  })
})

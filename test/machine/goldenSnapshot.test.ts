/**
 * Snapshot files of this format version, kept: a build that no longer reads them, or goes on from them another way, must change the version
 * (host/machine/sections.ts) and make them anew, with NOTHREAD_NEW_SNAPSHOTS=1.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { Machine } from '../../host/index.ts'
import { formatVersion } from '../../host/machine/sections.ts'
import { assembleImage } from '../../host/toolchain/asm/index.ts'
import { goesOnTo, goldenPlace, goldenSnapshot, savedAt } from './goldenSnapshot.ts'

const source = readFileSync(new URL('./busy.s', import.meta.url), 'utf8')

/** Make the files of this version. */
async function write(): Promise<void> {
  const machine = await Machine.create({ ramBytes: 1 << 20, harts: 2, seed: 11 })
  machine.insertDisk(Uint8Array.from({ length: 1024 }, (_, i) => i & 0xff))
  await machine.load(assembleImage(source, { base: 0x8000_0000 }))
  machine.console.input('typed before and after the snapshot', 49_000)
  await machine.run({ until: 20_000 })
  const base = await machine.snapshot()
  await machine.run({ until: savedAt })
  const delta = await machine.snapshot({ base })
  const saved = machine.stateHash()
  await machine.run({ until: goesOnTo })
  const state = { saved, later: machine.stateHash(), instructions: machine.instructions }
  writeFileSync(goldenPlace('base.gz'), gzipSync(base, { level: 9 }))
  writeFileSync(goldenPlace('delta.gz'), gzipSync(delta, { level: 9 }))
  writeFileSync(goldenPlace('state.json'), `${JSON.stringify(state, null, 2)}\n`)
}

describe(`snapshots of format ${formatVersion}`, () => {
  it('are read, and go on as they did when they were made', async () => {
    if (process.env.NOTHREAD_NEW_SNAPSHOTS === '1') await write()
    const { snapshot, bases, state } = goldenSnapshot()
    const [delta, base] = [snapshot, ...bases].map((text) => Buffer.from(text, 'base64'))
    const machine = await Machine.restore(delta, { bases: [base] })
    expect(machine.cycles).toBe(savedAt)
    expect(machine.stateHash()).toBe(state.saved)
    await machine.run({ until: goesOnTo })
    expect(machine.stateHash()).toBe(state.later)
    expect(machine.instructions).toBe(state.instructions)
  })
})

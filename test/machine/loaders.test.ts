/**
 * Files that are damaged in every way: the loaders of snapshots, deltas and recordings answer each with one clear message, or take it when
 * it still makes sense. They never crash or hang. NOTHREAD_FUZZ is the number of cases of each kind.
 */
import { readFileSync } from 'node:fs'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import { Machine, MemoryError, RecordingError, SnapshotError } from '../../host/index.ts'
import { coreUrl, parseRecording, Recorder, replay } from '../../host/index.ts'
import { assetBytes } from '../../host/assets.ts'
import type { CoreExports } from '../../host/machine/core.ts'
import { loadCore } from '../../host/machine/core.ts'
import type { Section } from '../../host/machine/sections.ts'
import { readSections, writeSections } from '../../host/machine/sections.ts'
import { spreadSnapshot } from '../../host/machine/snapshot.ts'
import type { Snapshot } from '../../host/machine/snapshotFormat.ts'
import { checkedConfiguration, readSnapshot } from '../../host/machine/snapshotReader.ts'
import { Random } from '../../host/net/random.ts'
import { assembleImage } from '../../host/toolchain/asm/index.ts'
import { fuzzCases } from '../fuzz.ts'

const cases = fuzzCases(1500)
/** Cases that reach a core or run a machine take a hundred times as long. */
const slowCases = Math.min(Math.ceil(cases / 20), 10_000)
const longestMessage = 300

// A slow case takes 100 ms of a busy processor.
vi.setConfig({ testTimeout: 60_000 + slowCases * 200 + cases * 5 })
const ramBytes = 1 << 20

const source = readFileSync(new URL('./busy.s', import.meta.url), 'utf8')
const program = assembleImage(source, { base: 0x8000_0000 })
let wasm: WebAssembly.Module
let whole: Uint8Array
let delta: Uint8Array
let recording: string

beforeAll(async () => {
  wasm = await WebAssembly.compile((await assetBytes(coreUrl)) as BufferSource)
  const machine = await Machine.create({ wasm, ramBytes, harts: 2 })
  await machine.load(program)
  const recorder = new Recorder(machine)
  machine.console.input('hello', 20_000)
  machine.network.send(new Uint8Array(64))
  await machine.run({ until: 10_000 })
  whole = await machine.snapshot()
  machine.poke(0x8000_4000, [1, 2, 3])
  await machine.run({ until: 30_000 })
  delta = await machine.snapshot({ base: whole })
  recording = await recorder.text('busy.s')
})

const interesting = [
  0, 1, 2, 4, 63, 64, 255, 256, 4095, 4096, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff,
]

/** Damage bytes: some are changed, taken out, put in, or all behind a place is lost. */
function damaged(good: Uint8Array, random: Random): Uint8Array {
  let bytes: Uint8Array = good.slice()
  for (let times = 1 + random.below(4); times > 0 && bytes.length > 0; times--) {
    const at = random.below(bytes.length)
    const kind = random.below(6)
    if (kind === 0) bytes[at] ^= 1 << random.below(8)
    else if (kind === 1) bytes[at] = random.below(256)
    else if (kind === 2) putWord(bytes, at, interesting[random.below(interesting.length)])
    else if (kind === 3) bytes = bytes.slice(0, at)
    else if (kind === 4)
      bytes = joined(bytes.subarray(0, at), bytes.subarray(at + random.below(16)))
    else bytes = joined(bytes.subarray(0, at), bytes.subarray(random.below(bytes.length)))
  }
  return bytes
}

function putWord(bytes: Uint8Array, at: number, word: number): void {
  for (let i = 0; i < 4 && at + i < bytes.length; i++) bytes[at + i] = word >>> (8 * i)
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  const both = new Uint8Array(a.length + b.length)
  both.set(a)
  both.set(b, a.length)
  return both
}

/** Damage sections: one's content, one's place, or one is missing. */
function damagedSections(good: readonly Section[], random: Random): Section[] {
  const sections = [...good]
  const at = random.below(sections.length)
  const kind = random.below(8)
  const section = sections[at]
  if (kind === 0) sections.splice(at, 1)
  else if (kind === 1) sections.push(section)
  else if (kind === 2) sections[at] = { ...section, patch: section.patch !== true }
  else if (kind === 3) sections[at] = { ...section, tag: good[random.below(good.length)].tag }
  else sections[at] = { ...section, bytes: damaged(section.bytes, random) }
  return sections
}

/** The snapshot with its large sections cut short, so that millions can be read; no core takes it. */
async function small(file: Uint8Array, bases: Uint8Array[]): Promise<Section[]> {
  const sections = await readSections(file)
  return sections.map((section) =>
    bases.length === 0 && section.tag === 'BLKS'
      ? { ...section, bytes: section.bytes.slice(0, 6000) }
      : section,
  )
}

/** What comes of a file: taken, or refused with a message for people. Anything else fails the test. */
async function outcome(read: () => unknown): Promise<'taken' | 'refused'> {
  try {
    await read()
    return 'taken'
  } catch (error) {
    const kinds = [SnapshotError, RecordingError, MemoryError]
    if (!kinds.some((kind) => error instanceof kind)) throw error
    const { message } = error as Error
    expect(message).not.toMatch(/[\u0000-\u001f\u007f]/)
    expect(message.length).toBeGreaterThan(10)
    expect(message.length).toBeLessThan(longestMessage)
    return 'refused'
  }
}

async function tally(count: number, attempt: () => Promise<'taken' | 'refused'>) {
  const counts = { taken: 0, refused: 0 }
  for (let i = 0; i < count; i++) counts[await attempt()]++
  return counts
}

describe('the loader of snapshots', () => {
  it('refuses every damaged file', async () => {
    const random = new Random(1, 'bytes')
    const good = await writeSections(await small(whole, []))
    const { taken } = await tally(cases, () => {
      const bad = damaged(good, random)
      return outcome(() => readSnapshot(bad))
    })
    expect(taken).toBeLessThan(cases / 50)
  })

  it('understands files that are damaged and signed anew, or refuses them', async () => {
    const random = new Random(2, 'sections')
    const good = await small(whole, [])
    const { refused } = await tally(cases, async () => {
      const bad = await writeSections(damagedSections(good, random))
      return outcome(() => readSnapshot(bad))
    })
    expect(refused).toBeGreaterThan(cases / 5)
  })

  it('understands deltas that are damaged and signed anew, or refuses them', async () => {
    const random = new Random(3, 'delta')
    const base = await readSnapshot(whole)
    const good = await readSections(delta)
    const { refused } = await tally(cases, async () => {
      const bad = await writeSections(damagedSections(good, random))
      return outcome(() => readSnapshot(bad, [base]))
    })
    expect(refused).toBeGreaterThan(cases / 5)
  })

  it('lets no core go on from a state that is not the one that was saved', async () => {
    const random = new Random(4, 'core')
    const core = await loadCore(wasm)
    const good = await readSections(whole)
    const { taken, refused } = await tally(slowCases, async () => {
      const bad = await writeSections(damagedSections(good, random))
      return outcome(async () => spread(core, await readSnapshot(bad)))
    })
    expect(refused).toBeGreaterThan(taken)
  })
})

function spread(core: CoreExports, snapshot: Snapshot): void {
  const { harts, ramBytes, clockHz, seed } = checkedConfiguration(snapshot.header)
  if (ramBytes > 1 << 22) return
  expect(core.create(harts, ramBytes, BigInt(clockHz), BigInt(seed), 0, 0)).toBe(0)
  spreadSnapshot(core, snapshot)
}

describe('the loader of recordings', () => {
  it('refuses what is no recording, and replays what is one', async () => {
    const random = new Random(5, 'recording')
    const good = new TextEncoder().encode(recording)
    let replays = 0
    await tally(cases, () => {
      const text = new TextDecoder().decode(damaged(good, random))
      return outcome(async () => {
        const read = parseRecording(text)
        const { end, header, inputs } = read
        const isShort = end.cycle < 1e5 && inputs.every(({ input }) => input.cycle < 1e5)
        if (replays >= slowCases || !isShort || header.configuration.ramBytes > 1 << 22) return
        replays++
        const machine = await Machine.create({ ...header.configuration, wasm })
        await machine.load(program)
        await replay(machine, read)
      })
    })
    expect(replays).toBeGreaterThan(slowCases / 10)
  })
})

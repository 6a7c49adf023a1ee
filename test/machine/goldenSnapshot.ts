/** The snapshot files that are kept of this format version: a delta, its base, and the states that are to come of it. */
import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { formatVersion } from '../../host/machine/sections.ts'

/** Where a file is kept. */
export const goldenPlace = (name: string) =>
  new URL(`./snapshots/v${formatVersion}-${name}`, import.meta.url)

export const savedAt = 50_000
export const goesOnTo = 200_000

/** Hashes at these two cycles. */
export interface GoldenState {
  saved: string
  later: string
  instructions: number
}

/** The files in base64. */
export function goldenSnapshot() {
  const read = (name: string) => readFileSync(goldenPlace(name))
  const [base, snapshot] = ['base.gz', 'delta.gz'].map((name) =>
    gunzipSync(read(name)).toString('base64'),
  )
  const state = JSON.parse(read('state.json').toString()) as GoldenState
  return { snapshot, bases: [base], until: goesOnTo, state }
}

/** What a machine is made of: the options of `Machine.create`, with their defaults and limits. */

import type { AssetSource } from '../assets.ts'
import type { LinkOptions } from '../net/link.ts'
import type { CoreSource } from './core.ts'
import type { HistoryOptions } from './history/history.ts'
import type { Parameters } from './parameters.ts'

/** Timing profiles in the core's order: a small in-order core, a second one, and one cycle for everything. */
export const timingProfiles = ['ibex-small', 'hazard3', 'unit'] as const

export type TimingProfile = (typeof timingProfiles)[number]

/** What decides a run, besides its image and inputs. Plain data, kept in recordings. */
export interface Configuration {
  /** Number of harts, 1 to 8. */
  harts: number
  /** Cycles per emulated second. */
  clockHz: number
  /** Seed of everything random, an unsigned integer. */
  seed: number
  /** Bytes of RAM, a multiple of 4096. */
  ramBytes: number
  timing: TimingProfile
  parameters: Parameters
}

export interface MachineOptions extends Partial<Configuration> {
  /** The link between the NIC and the peers; perfect and immediate unless given. */
  link?: LinkOptions
  /** Write trace records. Costs speed, changes nothing else. */
  trace?: boolean
  /** Keep what is needed to go back in the run (`stepBack`, `runBackTo`). */
  history?: boolean | HistoryOptions
  /** The core, when it is not at its usual place. */
  wasm?: CoreSource
  /** The guest kernel, when it is not at its usual place. */
  kernel?: AssetSource
}

const mebibyte = 1024 * 1024

export const defaults: Configuration = {
  harts: 1,
  clockHz: 1e9,
  seed: 1,
  ramBytes: 64 * mebibyte,
  timing: 'ibex-small',
  parameters: {},
}

/** The whole configuration. Throws a RangeError that names the option, its value and its limits. */
export function configurationOf(options: MachineOptions): Configuration {
  const configuration = {
    harts: options.harts ?? defaults.harts,
    clockHz: options.clockHz ?? defaults.clockHz,
    seed: options.seed ?? defaults.seed,
    ramBytes: options.ramBytes ?? defaults.ramBytes,
    timing: options.timing ?? defaults.timing,
    parameters: { ...options.parameters },
  }
  checkInteger('harts', configuration.harts, 1, 8)
  checkInteger('clockHz', configuration.clockHz, 10_000_000, 1e12)
  checkInteger('seed', configuration.seed, 0, Number.MAX_SAFE_INTEGER)
  checkInteger('ramBytes', configuration.ramBytes, mebibyte, 2048 * mebibyte)
  if (configuration.ramBytes % 4096 !== 0) {
    throw new RangeError(`ramBytes is ${configuration.ramBytes}, not a multiple of 4096`)
  }
  if (!timingProfiles.includes(configuration.timing)) {
    throw new RangeError(
      `timing is "${configuration.timing}", expected one of ${timingProfiles.join(', ')}`,
    )
  }
  return configuration
}

function checkInteger(name: string, value: number, least: number, most: number): void {
  if (!Number.isSafeInteger(value) || value < least || value > most) {
    throw new RangeError(`${name} is ${value}, expected an integer from ${least} to ${most}`)
  }
}

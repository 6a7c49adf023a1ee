import { grouped } from '../../host/observe/index.ts'

/** Numbers as the page writes them. */

/** A count with its unit: `1 cycle`, `12,345 cycles`. */
export function counted(count: number, unit: string): string {
  return `${grouped(count)} ${unit}${count === 1 ? '' : 's'}`
}

const units: [number, string][] = [
  [1, 's'],
  [1e-3, 'ms'],
  [1e-6, 'µs'],
  [1e-9, 'ns'],
]

/** Emulated time of a number of cycles, to three digits. */
export function duration(cycles: number, clockHz: number): string {
  const seconds = cycles / clockHz
  const [size, unit] = units.find(([scale]) => seconds >= scale) ?? units[units.length - 1]
  const amount = seconds / size
  return `${amount >= 100 ? Math.round(amount) : Number(amount.toPrecision(3))} ${unit}`
}

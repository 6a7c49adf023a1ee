/** One measured figure. Figures are compared within one run only: the machine they come from is noisy. */
export interface BenchRow {
  name: string
  value: number
  unit: string
  /** The figure divided by that of the row it is compared with. */
  ratio?: number
  /** Name of what `ratio` compares with. */
  to?: string
}

/** A group of measurements: a title and the function that takes them. */
export interface Bench {
  title: string
  run: () => Promise<BenchRow[]>
}

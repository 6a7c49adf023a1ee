/**
 * Throughput of a request server by the operational laws (the reading of the "async throughput 4x" article: with blocking calls a worker
 * is held for CPU time plus wait, with continuations only for CPU time plus what the continuation costs). All times in cycles, all
 * rates in requests per cycle. Leaves out: queueing near saturation, so measured curves bend where these have a corner.
 */

export interface Server {
  /** Harts that can run workers at the same time. */
  harts: number
  /** Threads that take requests. */
  workers: number
  /** CPU time of one request. */
  cpu: number
  /** Wait for the downstream service in one request. */
  wait: number
}

/** A worker blocks during the wait: workers / (CPU + wait), and never more than the harts can do. */
export const blockingThroughput = ({ harts, workers, cpu, wait }: Server): number =>
  Math.min(workers / (cpu + wait), harts / cpu)

/** The wait holds no worker; the continuation costs `overhead` cycles of CPU: harts / (CPU + overhead). */
export const asyncThroughput = ({ harts, workers, cpu, wait }: Server, overhead: number): number =>
  Math.min(workers, harts) / (cpu + (wait > 0 ? overhead : 0))

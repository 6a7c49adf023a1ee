/** The programs that the page offers; their sources are the ones that the command line runs. */

export interface Sample {
  name: string
  /** A few words for the menu. */
  note: string
  /** UDP port that the load is sent to; 0 for a program without a network. */
  port: number
  /** It reads files. */
  disk?: boolean
}

export const samples: readonly Sample[] = [
  { name: 'udp-echo', note: 'async', port: 7 },
  { name: 'udp-echo-blocking', note: 'a thread blocks', port: 7 },
  { name: 'dns', note: 'async name server', port: 53 },
  { name: 'hello', note: 'three timers', port: 0 },
  { name: 'get-numbers', note: 'one after the other, or together', port: 0 },
  { name: 'await-fast-path', note: 'when nothing suspends', port: 0 },
  { name: 'race', note: 'the first answer counts', port: 0 },
  { name: 'async-mutex', note: 'a lock without a blocked thread', port: 0 },
  { name: 'get-numbers-synchronous', note: 'a thread that blocks', port: 0 },
  { name: 'get-numbers-threads', note: 'a thread for each wait', port: 0 },
  { name: 'get-numbers-state-machine', note: 'await written out by hand', port: 0 },
  { name: 'get-numbers-generators', note: 'a loop that resumes', port: 0 },
  { name: 'get-numbers-reentrant', note: 'asking again and again', port: 0 },
  { name: 'callbacks', note: 'the same steps, nested', port: 0 },
  { name: 'custom-awaitable', note: 'any class can be awaited', port: 0 },
  { name: 'blocking', note: 'no port takes part', port: 0 },
  { name: 'event-loop', note: 'one thread, one queue', port: 0 },
  { name: 'stackful', note: 'fibers with stacks', port: 0 },
  { name: 'stackless', note: 'coroutines without', port: 0 },
  { name: 'work-stealing', note: 'who takes which work', port: 0 },
  { name: 'head-of-line', note: 'behind a slow one', port: 0 },
  { name: 'sync-over-async', note: 'a starved pool', port: 0 },
  { name: 'async-pump', note: 'issuing ahead, and its danger', port: 0 },
  { name: 'cancellation', note: 'down to the request', port: 0 },
  { name: 'select', note: 'whichever comes first', port: 0 },
  { name: 'lifetime', note: 'who owns a buffer', port: 0 },
  { name: 'iocp-limit', note: 'how many threads a port lets run', port: 0 },
  { name: 'dpc-importance', note: 'when the second half runs', port: 7 },
  { name: 'interrupt-moderation', note: 'fewer interrupts', port: 7 },
  { name: 'disk-and-net', note: 'two devices, one port', port: 69 },
  { name: 'sync-io-path', note: 'a read with and without the port', port: 0 },
]

const sources = import.meta.glob<string>('../../assembly/guest/programs/*.ts', {
  query: '?raw',
  import: 'default',
  eager: true,
})

/** Source text of a sample. Throws for an unknown name. */
export function sampleSource(name: string): string {
  const source = sources[`../../assembly/guest/programs/${name}.ts`]
  if (source === undefined) throw new Error(`there is no sample ${name}`)
  return source
}

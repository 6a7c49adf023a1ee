/** The programs that the page offers; their sources are the ones that the command line runs. */

export interface Sample {
  name: string
  /** A few words for the menu. */
  note: string
  /** UDP port that the load is sent to; 0 for a program without a network. */
  port: number
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

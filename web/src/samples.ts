/** The programs that the page offers, in groups. Their sources are those that the command line runs, and what is said of them is what their first comments say. */

export interface Sample {
  name: string
  source: string
  /** UDP port that the load is sent to; 0 for a program without a network. */
  port: number
  /** It reads files. */
  disk: boolean
  /** What the program is, in one sentence. Words between backticks are code. */
  line: string
  /** What it is, and what to look at when it runs. */
  about: string
  watch: string
}

export interface SampleGroup {
  title: string
  samples: readonly Sample[]
}

/** What a program needs of its surroundings. */
type Needs = Partial<Pick<Sample, 'port' | 'disk'>>

const groups: readonly [title: string, programs: Record<string, Needs>][] = [
  [
    'First steps',
    {
      'udp-echo': { port: 7 },
      'udp-echo-blocking': { port: 7 },
      hello: {},
      'get-numbers': {},
      dns: { port: 53 },
    },
  ],
  [
    'Ways to wait',
    {
      'await-fast-path': {},
      'custom-awaitable': {},
      callbacks: {},
      'event-loop': {},
      blocking: {},
      'get-numbers-synchronous': {},
      'get-numbers-threads-fan-out': {},
      'get-numbers-state-machine': {},
      'get-numbers-generators': {},
      'get-numbers-reentrant': {},
      stackful: {},
      stackless: {},
    },
  ],
  [
    'Scheduling',
    { 'work-stealing': {}, 'head-of-line': {}, 'sync-over-async': {}, 'iocp-limit': {} },
  ],
  ['Synchronisation', { 'async-mutex': {}, select: {}, race: {} }],
  ['Cancellation and lifetime', { cancellation: {}, lifetime: {} }],
  ['Hardware and kernel', { 'interrupt-moderation': { port: 7 }, 'dpc-importance': { port: 7 } }],
  [
    'Files',
    { 'disk-and-net': { port: 69, disk: true }, 'sync-io-path': { disk: true }, 'async-pump': {} },
  ],
]

const sources = import.meta.glob<string>('../../assembly/guest/programs/*.ts', {
  query: '?raw',
  import: 'default',
  eager: true,
})

/** Names of all programs there are. */
export const programNames: readonly string[] = Object.keys(sources).map((path) =>
  path.replace(/^.*\/|\.ts$/g, ''),
)

export const gallery: readonly SampleGroup[] = groups.map(([title, programs]) => ({
  title,
  samples: Object.entries(programs).map(([name, needs]) => sampleOf(name, needs)),
}))

/** The programs of all groups, in their order. */
export const samples: readonly Sample[] = gallery.flatMap((group) => group.samples)

/** The sample of a name, or undefined. */
export function findSample(name: string): Sample | undefined {
  return samples.find((sample) => sample.name === name)
}

function sampleOf(name: string, { port = 0, disk = false }: Needs): Sample {
  const source = sources[`../../assembly/guest/programs/${name}.ts`]
  if (source === undefined) throw new Error(`there is no program ${name}`)
  return { name, source, port, disk, ...describe(source) }
}

/** What the first paragraph of a program's first comment says: what it is, and behind "Watch:" what to look at. */
function describe(source: string): Pick<Sample, 'line' | 'about' | 'watch'> {
  const comment = /\/\*\*([\s\S]*?)\*\//.exec(source)?.[1] ?? ''
  const [paragraph] = comment
    .replace(/^\s*\* ?/gm, '')
    .trim()
    .split(/\n\s*\n/)
  const [about, watch = ''] = paragraph.replace(/\s+/g, ' ').split(/ Watch: /)
  const [sentence] = about.split(/(?<=\.) /)
  // What several programs have in common stands in front of a semicolon.
  const line = capitalized(sentence.replace(/^.*; /, ''))
  return { line, about, watch: capitalized(watch) }
}

function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

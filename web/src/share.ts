import { defaultConfiguration } from '../../host/web/protocol.ts'
import type { RunConfiguration } from '../../host/web/protocol.ts'

/**
 * A program, its configuration and the hash of its run in the fragment of a URL, which browsers never send to a server:
 * `#v1=` + base64url(deflate-raw(JSON)). Loaders for old versions stay.
 */

export interface Shared {
  /** Name of the sample it began as, which also names the file. */
  sample: string
  source: string
  configuration: RunConfiguration
  /** State hash of the sender's run, when there was one. */
  stateHash?: string
}

const PREFIX = '#v1='

async function pipe(bytes: Uint8Array, through: GenericTransformStream): Promise<Uint8Array> {
  const stream = new Blob([bytes as BlobPart]).stream().pipeThrough(through)
  return new Uint8Array(await new Response(stream).arrayBuffer())
}

function toBase64Url(bytes: Uint8Array): string {
  const text = Array.from(bytes, (byte) => String.fromCharCode(byte)).join('')
  return btoa(text).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '')
}

function fromBase64Url(text: string): Uint8Array {
  const decoded = atob(text.replace(/-/g, '+').replace(/_/g, '/'))
  return Uint8Array.from(decoded, (character) => character.charCodeAt(0))
}

/** The fragment for a shared program, with its `#`. */
export async function encodeShared(shared: Shared): Promise<string> {
  const json = new TextEncoder().encode(JSON.stringify(shared))
  return PREFIX + toBase64Url(await pipe(json, new CompressionStream('deflate-raw')))
}

/** Keeps the known keys of the type each default has; a link may be damaged or made by hand. */
function readConfiguration(value: unknown): RunConfiguration {
  const given = (value ?? {}) as Record<string, unknown>
  const entries = Object.entries(defaultConfiguration).map(([key, standard]) => [
    key,
    typeof given[key] === typeof standard ? given[key] : standard,
  ])
  return Object.fromEntries(entries) as RunConfiguration
}

/** Reads a fragment; null when it holds no shared program, an Error when it is damaged. */
export async function decodeShared(fragment: string): Promise<Shared | null> {
  if (!fragment.startsWith(PREFIX)) return null
  try {
    const bytes = fromBase64Url(fragment.slice(PREFIX.length))
    const json = await pipe(bytes, new DecompressionStream('deflate-raw'))
    const value = JSON.parse(new TextDecoder().decode(json)) as Partial<Shared>
    if (typeof value.source !== 'string') throw new Error('no source')
    return {
      sample: typeof value.sample === 'string' ? value.sample : 'shared',
      source: value.source,
      configuration: readConfiguration(value.configuration),
      stateHash: typeof value.stateHash === 'string' ? value.stateHash : undefined,
    }
  } catch (cause) {
    throw new Error('The link is damaged: its program cannot be read.', { cause })
  }
}

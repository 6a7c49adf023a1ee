/**
 * The files the library is made of at run time: the core and the guest kernel. They lie in `assets/` beside this folder, in the
 * source tree as in the package, so that one relative address finds them; bundlers understand the form too.
 */

/** Where a file comes from: an address, an answer of `fetch`, or its bytes. */
export type AssetSource = URL | string | Response | BufferSource

/** The machine itself, WebAssembly made by AssemblyScript. */
export const coreUrl = new URL('../assets/core.wasm', import.meta.url)

/** The executive that guest programs run under. */
export const kernelUrl = new URL('../assets/kernel.elf', import.meta.url)

/** Sources of the runtime that guest programs are compiled with, as JSON. */
export const guestUrl = new URL('../assets/guest.json', import.meta.url)

/** The files of Node that reading a `file:` address needs; `fetch` does not do it there. */
interface NodeFiles {
  readFile(url: URL): Promise<Uint8Array>
}

/** Thrown when an asset cannot be had; says which and what to do. */
export class AssetError extends Error {
  override readonly name = 'AssetError'
}

/** The bytes of an asset. Throws an AssetError that names its address. */
export async function assetBytes(source: AssetSource): Promise<Uint8Array> {
  if (source instanceof ArrayBuffer) return new Uint8Array(source)
  if (ArrayBuffer.isView(source)) {
    return new Uint8Array(source.buffer, source.byteOffset, source.byteLength)
  }
  if (source instanceof Response) return responseBytes(source)
  const url = new URL(source, globalThis.location?.href)
  return url.protocol === 'file:' ? fileBytes(url) : responseBytes(await fetch(url))
}

async function responseBytes(response: Response): Promise<Uint8Array> {
  if (!response.ok) throw new AssetError(`${response.url} answers ${response.status}`)
  return new Uint8Array(await response.arrayBuffer())
}

async function fileBytes(url: URL): Promise<Uint8Array> {
  // Asked for at run time, so that no import of Node is reachable from the library's entry.
  const files = globalThis.process?.getBuiltinModule('node:fs/promises') as NodeFiles | undefined
  if (files === undefined) throw new AssetError(`${url.href} can be read by Node only`)
  try {
    return await files.readFile(url)
  } catch {
    throw new AssetError(`${url.pathname} is missing; "npm run build" makes it`)
  }
}

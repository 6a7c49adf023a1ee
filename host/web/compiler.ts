import { assetBytes, guestUrl } from '../assets.ts'
import type { AssetSource } from '../assets.ts'
import type { Program } from '../machine/program.ts'
import type { GuestSources } from '../toolchain/index.ts'

/** Compiles the one file of the playground. The compiler is large and comes with the first program. */
export class Compiler {
  private readonly source: AssetSource
  private guest: Promise<GuestSources> | null = null

  /** `source` is the runtime that programs are compiled with. */
  constructor(source: AssetSource = guestUrl) {
    this.source = source
  }

  /** Loads what the first compilation needs. */
  async prepare(): Promise<void> {
    await Promise.all([import('../toolchain/index.ts'), this.load()])
  }

  /** Throws a CompileError for a program that cannot be compiled, an AssetError when the runtime is missing. */
  async compile(text: string, fileName: string): Promise<Program> {
    const [{ compile }, guest] = await Promise.all([import('../toolchain/index.ts'), this.load()])
    return compile(fileName, (path) => (path === fileName ? text : null), guest)
  }

  private load(): Promise<GuestSources> {
    this.guest ??= this.read().catch((error: unknown) => {
      this.guest = null
      throw error
    })
    return this.guest
  }

  private async read(): Promise<GuestSources> {
    return JSON.parse(new TextDecoder().decode(await assetBytes(this.source))) as GuestSources
  }
}

import { assetBytes, guestUrl } from '../assets.ts'
import type { AssetSource } from '../assets.ts'
import type { Program } from '../machine/program.ts'
import type { GuestSources } from '../toolchain/index.ts'
import { loadToolchain } from '../toolchain/load.ts'

type Toolchain = Awaited<ReturnType<typeof loadToolchain>>

/** The program that warms the compiler up: a little of what programs have. */
const first = `import { console, sleep, whenAll } from 'nothread/guest'
class Item { constructor(public name: string, public value: i32) {} }
async function work(count: i32): Promise<i32> {
  const items: Item[] = []
  for (let i = 0; i < count; i++) {
    await sleep(i)
    items.push(new Item(\`item \${i}\`, i))
  }
  return items.filter((item) => item.name != '').reduce((sum, { value }) => sum + value, 0)
}
export async function main(): Promise<void> {
  const tasks = [work(1), work(2)]
  await whenAll(tasks)
  try {
    for (const task of tasks) console.log(\`\${await task}\`)
  } catch (error) {
    console.log(error.message)
  }
}`

/** Compiles the one file of the playground. The compiler is large and comes with the first program. */
export class Compiler {
  private readonly source: AssetSource
  private guest: Promise<GuestSources> | null = null
  /** Whether the compiler is there; it takes seconds to come. */
  isLoaded = false

  /** `source` is the runtime that programs are compiled with. */
  constructor(source: AssetSource = guestUrl) {
    this.source = source
  }

  /** Loads the compiler and lets it compile once: the engine has its code ready only then. */
  async prepare(): Promise<void> {
    await this.compile(first, 'first.ts')
  }

  /** Throws a CompileError for a program that cannot be compiled, an AssetError when the runtime is missing. */
  async compile(text: string, fileName: string): Promise<Program> {
    const { compile, guest } = await this.load()
    return compile(fileName, (path) => (path === fileName ? text : null), guest)
  }

  /** Loads the compiler, and what it compiles programs with. */
  async load(): Promise<{ compile: Toolchain['compile']; guest: GuestSources }> {
    const [{ compile }, guest] = await Promise.all([loadToolchain(), this.sources()])
    this.isLoaded = true
    return { compile, guest }
  }

  private sources(): Promise<GuestSources> {
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

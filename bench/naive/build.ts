/**
 * Builds the core with the naive interpreter in place of its own: a drop-in for `Machine.create`'s core, to compare with.
 */
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** Compile it. */
export async function naiveCore(): Promise<WebAssembly.Module> {
  const folder = join(root, 'out/naive')
  mkdirSync(folder, { recursive: true })
  cpSync(join(root, 'assembly/machine'), join(folder, 'machine'), { recursive: true })
  for (const name of ['execute', 'expand', 'bits']) {
    const copy = join(folder, `machine/generated/${name}.ts`)
    cpSync(join(root, `bench/naive/assembly/${name}.ts`), copy)
  }
  cpSync(join(root, 'asconfig.json'), join(folder, 'asconfig.json'))
  const asc = createRequire(import.meta.url).resolve('assemblyscript/bin/asc.js')
  const target = ['--target', 'release', '--outFile', 'naive.wasm']
  const { status } = spawnSync(process.execPath, [asc, 'machine/index.ts', ...target], {
    cwd: folder,
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  if (status !== 0) throw new Error('the naive core does not compile')
  return WebAssembly.compile(readFileSync(join(folder, 'naive.wasm')))
}

/**
 * `npm run build`, after tsc: brings the generated files up to date, compiles the core and the guest kernel, and puts what the library
 * loads at run time into `assets/` and `dist/assets/`.
 */

import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { collectGuestSources, compileKernel } from '../toolchain/index.ts'
import { writeImage } from '../toolchain/elf/writer.ts'
import { writeGenerated } from './generate.ts'

const root = process.cwd()
const assets = join(root, 'assets')
const kernel = 'assembly/guest/kernel'
const runtime = 'assembly/guest/runtime'
const programs = 'assembly/guest/programs'
/** Settings and declarations for editors and tsc. */
const editorFiles = ['tsconfig.json', 'types']
/** Headers and examples for programs in C and C++. */
const headers = 'assembly/guest/c'
const executables = ['dist/host/cli/main.js']

/** asc optimises until a round gains nothing; that the last one lost some bytes is how it ends, and no news. */
const convergeNotice = /^Last converge was suboptimal\.\n/m

/** Compile the core with the assemblyscript of this package. */
function buildCore(): void {
  const asc = createRequire(import.meta.url).resolve('assemblyscript/bin/asc.js')
  const args = [asc, 'assembly/machine/index.ts', '--target', 'release']
  const { status, stderr } = spawnSync(process.execPath, args, {
    cwd: root,
    stdio: ['inherit', 'inherit', 'pipe'],
    encoding: 'utf8',
  })
  process.stderr.write(stderr.replace(convergeNotice, ''))
  if (status !== 0) throw new Error('the core does not compile')
}

/** Paths of the files below `folder` with a suffix, relative to it. */
function filesBelow(folder: string, suffix: string): string[] {
  const names = readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
  return names.filter((name) => name.endsWith(suffix)).map((name) => name.replaceAll('\\', '/'))
}

/** Reads files of a folder by their relative paths; null stands for a missing one. */
const readerOf = (folder: string) => (path: string) => {
  const file = join(root, folder, path)
  return existsSync(file) ? readFileSync(file, 'utf8') : null
}

async function buildGuest(): Promise<void> {
  const runtimeFiles = [...filesBelow(runtime, '.ts'), ...filesBelow(runtime, '.s')]
  const guest = await collectGuestSources(
    runtimeFiles.filter((name) => !name.endsWith('.d.ts')),
    readerOf(runtime),
  )
  writeFileSync(join(assets, 'guest.json'), JSON.stringify(guest))
  const image = await compileKernel('index.ts', filesBelow(kernel, '.s'), readerOf(kernel))
  writeFileSync(join(assets, 'kernel.elf'), writeImage(image))
  cpSync(join(root, programs), join(assets, 'programs'), { recursive: true })
  cpSync(join(root, headers), join(assets, 'guest/c'), { recursive: true })
  const settings = { extends: '../guest/tsconfig.json', include: ['./*.ts'] }
  writeFileSync(join(assets, 'programs/tsconfig.json'), JSON.stringify(settings))
  for (const name of editorFiles) {
    cpSync(join(root, 'assembly/guest', name), join(assets, 'guest', name), { recursive: true })
  }
}

const changed = writeGenerated(root)
for (const path of changed) console.log(`generated ${path}`)
mkdirSync(assets, { recursive: true })
buildCore()
await buildGuest()
for (const path of executables) chmodSync(join(root, path), 0o755)
cpSync(assets, join(root, 'dist/assets'), { recursive: true })
// Younger than every source: what tells start.js that all of this is up to date.
writeFileSync(join(root, 'dist/assets/built'), '')

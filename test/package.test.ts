/** The package as its users meet it: entries by name, nothing of Node where there must be none, everything in the tarball. */
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { builtinModules } from 'node:module'
import { dirname, resolve } from 'node:path'
import { expect, test } from 'vitest'

const root = new URL('..', import.meta.url).pathname
const manifest = JSON.parse(readFileSync(`${root}package.json`, 'utf8')) as {
  exports: Record<string, string | { types?: string; default?: string }>
  bin: Record<string, string>
}
const importPattern = /(?:\bfrom\s*|\bimport\s*\(?\s*)['"]([^'"]+)['"]/g

/** Modules that a file of dist imports, directly or through others: own files as paths, packages by name. */
function reachable(entry: string, seen = new Set<string>()): Set<string> {
  if (seen.has(entry)) return seen
  seen.add(entry)
  for (const [, name] of readFileSync(entry, 'utf8').matchAll(importPattern)) {
    if (name.startsWith('.')) reachable(resolve(dirname(entry), name), seen)
    else seen.add(name)
  }
  return seen
}

const entryOf = (name: string) => {
  const entry = manifest.exports[name]
  return resolve(root, typeof entry === 'string' ? entry : (entry.default ?? ''))
}

test.each(['nothread', 'nothread/node', 'nothread/web', 'nothread/toolchain'])(
  'the package can import %s by its own name',
  (name) => {
    const script = `import * as entry from '${name}'; console.log(Object.keys(entry).length)`
    const output = execFileSync(process.execPath, ['--input-type=module', '-e', script], {
      cwd: root,
      encoding: 'utf8',
    })
    expect(Number(output)).toBeGreaterThan(0)
  },
)

test.each(['.', './web', './toolchain'])('nothing reachable from %s imports Node', (name) => {
  const imported = [...reachable(entryOf(name))]
  expect(imported.length).toBeGreaterThan(5)
  const builtIn = (module: string) => module.startsWith('node:') || builtinModules.includes(module)
  expect(imported.filter(builtIn)).toEqual([])
})

test('the search for imports of Node finds those of the Node entry', () => {
  expect([...reachable(entryOf('./node'))].some((name) => name.startsWith('node:'))).toBe(true)
})

test('the tarball holds every entry with its types, the program and the assets', () => {
  const output = execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const [{ files }] = JSON.parse(output) as [{ files: { path: string }[] }]
  const packed = files.map((file) => file.path)
  const entries = Object.values(manifest.exports)
    .flatMap((entry) => (typeof entry === 'string' ? [entry] : Object.values(entry)))
    .concat(Object.values(manifest.bin))
    .map((path) => path.replace('./', ''))
  const assets = ['core.wasm', 'kernel.elf', 'guest.json'].map((name) => `dist/assets/${name}`)
  // Messages name pages of the documentation.
  const pages = ['docs/assembler.md', 'docs/compiler.md']
  expect([...entries, ...assets, ...pages].filter((path) => !packed.includes(path))).toEqual([])
  expect(packed.filter((path) => !existsSync(root + path))).toEqual([])
})

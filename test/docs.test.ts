/** What the documents name must exist: paths of the tree, npm scripts, commands of the command line. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'

const root = new URL('..', import.meta.url).pathname
const read = (path: string) => readFileSync(root + path, 'utf8')
const documents = [
  'README.md',
  'CHANGELOG.md',
  ...readdirSync(`${root}docs`)
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
]
const topLevel = ['assembly', 'host', 'web', 'test', 'bench', 'docs', '.ci']
const scripts = Object.keys(JSON.parse(read('package.json')).scripts)

/** Text of every `code span` and every line of fenced blocks. */
function codeOf(text: string): string[] {
  const fenced = [...text.matchAll(/^```[^\n]*\n([\s\S]*?)^```/gm)].flatMap((match) =>
    match[1].split('\n'),
  )
  const spans = [...text.replaceAll(/^```[\s\S]*?^```/gm, '').matchAll(/`([^`\n]+)`/g)].map(
    (match) => match[1],
  )
  return [...fenced, ...spans]
}

/** Paths of the tree in a piece of code; patterns with wildcards, placeholders or build products are not paths. */
function pathsIn(code: string): string[] {
  return code
    .split(/[\s"'(),]+/)
    .map((word) => word.replace(/^\.\//, '').replace(/[:.;]+$/, ''))
    .filter((word) => topLevel.some((folder) => word.startsWith(`${folder}/`)))
    .filter((word) => !/[*<>{}$…]|\/generated\b/.test(word))
}

describe.each(documents)('%s', (document) => {
  const code = codeOf(read(document))

  test('names only paths that exist', () => {
    expect(code.flatMap(pathsIn).filter((path) => !existsSync(root + path))).toEqual([])
  })

  test('names only npm scripts that exist', () => {
    const named = code.flatMap((line) =>
      [...line.matchAll(/npm (?:run )?(\w+)/g)].map((match) => match[1]),
    )
    const builtIn = ['ci', 'install', 'pack', 'i']
    expect(named.filter((name) => !scripts.includes(name) && !builtIn.includes(name))).toEqual([])
  })

  test('links only to files that exist', () => {
    const folder = document.includes('/') ? 'docs/' : ''
    const targets = [...read(document).matchAll(/\]\(([^)#]+)[^)]*\)/g)].map((match) => match[1])
    const local = targets.filter((target) => !/^[a-z]+:/.test(target))
    expect(local.filter((target) => !existsSync(root + folder + target))).toEqual([])
  })
})

test('a broken path, script or link would be found', () => {
  expect(codeOf('see `host/nowhere.ts`\n```sh\nnpm run nothing\n```\n').flatMap(pathsIn)).toEqual([
    'host/nowhere.ts',
  ])
})

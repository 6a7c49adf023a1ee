/** `nothread init`, with the package as npm would install it. */

import { spawnSync } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
} from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { inFolder, runProgram } from '../programs.ts'
import { nothread } from './command.ts'

const root = resolve(import.meta.dirname, '../..')
const modules = join(root, 'node_modules')

/** Puts the packed package into a project's node_modules, and links to what else npm would install. */
function install(project: string): void {
  const target = join(project, 'node_modules')
  mkdirSync(target)
  for (const name of readdirSync(modules)) {
    if (name !== 'nothread') symlinkSync(join(modules, name), join(target, name))
  }
  runProgram('npm', ['pack', '--ignore-scripts', root], project)
  const tarball = readdirSync(project).find((name) => name.endsWith('.tgz'))!
  runProgram('tar', ['xzf', tarball], project)
  runProgram('mv', ['package', 'node_modules/nothread'], project)
  rmSync(join(project, tarball))
}

function npm(args: string[], project: string): { status: number | null; output: string } {
  const { status, stdout, stderr } = spawnSync('npm', args, {
    cwd: project,
    encoding: 'utf8',
    env: { ...process.env, NO_COLOR: '1' },
  })
  return { status, output: stdout + stderr }
}

describe('nothread init', { timeout: 180_000 }, () => {
  it('makes a project that runs, type-checks and tests itself', () => {
    inFolder({}, (folder) => {
      expect(nothread(['init', 'Mine Own'], folder).status).toBe(0)
      const project = join(folder, 'Mine Own')
      install(project)
      const cli = join(project, 'node_modules/nothread/dist/host/cli/main.js')
      expect(runProgram('node', [cli, 'run', 'main.ts'], project)).toContain('hello, first\n')
      const check = npm(['run', 'check'], project)
      expect(check.output).not.toContain('error')
      expect(check.status).toBe(0)
      const test = npm(['test'], project)
      expect(test.output).toMatch(/1 passed/)
      expect(test.status).toBe(0)
    })
  })

  it('takes the package from where this one came', () => {
    inFolder({}, (folder) => {
      expect(nothread(['init', 'deep/new'], folder).status).toBe(0)
      const project = join(folder, 'deep/new')
      const manifest = JSON.parse(readFileSync(join(project, 'package.json'), 'utf8')) as {
        devDependencies: Record<string, string>
      }
      const [kind, path] = manifest.devDependencies.nothread.split(':')
      expect([kind, resolve(realpathSync(project), path)]).toEqual(['file', root])
    })
  })

  it('leaves a folder with files alone', () => {
    inFolder({ 'a.txt': 'mine' }, (folder) => {
      const { status, stderr } = nothread(['init', '.'], folder)
      expect(status).toBe(2)
      expect(stderr).toBe('error: . is not empty; name a new folder, nothing was written\n')
      expect(existsSync(join(folder, 'package.json'))).toBe(false)
    })
  })
})

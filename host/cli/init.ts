/** `nothread init`: a project with a program, the settings for editors, and a test. */

import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { basename, dirname, join, relative, resolve, sep } from 'node:path'
import { writeFile } from '../node/files.ts'
import { exitCode, UsageError } from './exit.ts'
import { projectFiles } from './template.ts'

export interface InitCommand {
  package?: string
}

/** Write a project into a folder. Returns the exit code of the command. */
export function initCommand(folder: string, options: InitCommand, version: string): number {
  refuseUsed(folder)
  const files = projectFiles(
    packageName(folder),
    options.package ?? origin(folder) ?? `^${version}`,
  )
  for (const [name, text] of Object.entries(files)) writeFile(join(folder, name), text)
  console.log(Object.keys(files).join('\n'))
  console.log(`\ncd ${folder}, then: npm install, npm start, npm test`)
  return exitCode.ok
}

function refuseUsed(folder: string): void {
  if (!existsSync(folder)) return
  if (!statSync(folder).isDirectory()) throw new UsageError(`${folder} is a file; name a folder`)
  if (readdirSync(folder).length === 0) return
  throw new UsageError(`${folder} is not empty; name a new folder, nothing was written`)
}

/** What npm installs this very package from: a tarball or a folder here. Undefined when it came from a registry. */
function origin(folder: string): string | undefined {
  const root = dirname(createRequire(import.meta.url).resolve('nothread/package.json'))
  const modules = dirname(root)
  const path = basename(modules) === 'node_modules' ? installedFrom(modules) : root
  if (path === undefined) return undefined
  return `file:${relative(resolve(folder), path).split(sep).join('/')}`
}

/** The local path that npm's record of a folder of packages names for this one. */
function installedFrom(modules: string): string | undefined {
  const record = join(modules, '.package-lock.json')
  if (!existsSync(record)) return undefined
  const { packages } = JSON.parse(readFileSync(record, 'utf8')) as {
    packages?: Record<string, { resolved?: string }>
  }
  const resolved = packages?.['node_modules/nothread']?.resolved ?? ''
  return resolved.startsWith('file:') ? resolve(modules, '..', resolved.slice(5)) : undefined
}

/** A name that npm takes, made from the folder's. */
function packageName(folder: string): string {
  const name = basename(resolve(folder))
    .toLowerCase()
    .replace(/[^a-z0-9-]+/g, '-')
    .replace(/^-+|-+$/g, '')
  return name === '' ? 'program' : name
}

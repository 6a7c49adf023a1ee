/** `nothread init`: a project with a program, the settings for editors, and a test. */

import { existsSync, readdirSync, statSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { writeFile } from '../node/files.ts'
import { exitCode, UsageError } from './exit.ts'
import { projectFiles } from './template.ts'

export interface InitCommand {
  package?: string
}

/** Write a project into a folder. Returns the exit code of the command. */
export function initCommand(folder: string, options: InitCommand, version: string): number {
  refuseUsed(folder)
  const files = projectFiles(packageName(folder), options.package ?? `^${version}`)
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

/** A name that npm takes, made from the folder's. */
function packageName(folder: string): string {
  const name = basename(resolve(folder))
    .toLowerCase()
    .replace(/[^a-z0-9-]+/g, '-')
    .replace(/^-+|-+$/g, '')
  return name === '' ? 'program' : name
}

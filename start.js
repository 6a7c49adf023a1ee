/** `npm start`: build what is missing or older than its sources, then show the demonstration. */

import { spawnSync } from 'node:child_process'
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'

const sources = [
  'assembly',
  'host',
  'package.json',
  'tsconfig.json',
  'tsconfig.build.json',
  'asconfig.json',
]
/** Written last by the build. */
const stamp = 'dist/assets/built'
const command = 'dist/host/cli/main.js'

/** Time of the newest file at or below `path`. */
function newest(path) {
  const info = statSync(path)
  if (!info.isDirectory()) return info.mtimeMs
  return Math.max(0, ...readdirSync(path).map((name) => newest(join(path, name))))
}

function isBuilt() {
  const built = statSync(stamp, { throwIfNoEntry: false })
  return built !== undefined && sources.every((path) => newest(path) <= built.mtimeMs)
}

/** Run a program to its end; when it fails, end with its exit code. */
function run(program, args, options = {}) {
  const { status } = spawnSync(program, args, { stdio: 'inherit', ...options })
  if (status !== 0) process.exit(status ?? 1)
}

process.chdir(import.meta.dirname)
if (!isBuilt()) {
  console.log('building (about a minute the first time)')
  run('npm', ['run', '--silent', 'build'], { shell: process.platform === 'win32' })
}
run(process.execPath, [command, 'start', ...process.argv.slice(2)])

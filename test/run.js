/**
 * Runs every test runner of the project and adds up what they counted. The last line is `N passed, N failed, N skipped`.
 * A runner that counts no test has failed: as-pect exits 0 when no file matches.
 */
import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const vitestReport = `${root}out/vitest.json`

/** Runs a program of node_modules/.bin; what it prints goes through, and is returned. */
function run(name, args, capture) {
  const result = spawnSync(`${root}node_modules/.bin/${name}`, args, {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    stdio: ['ignore', capture ? 'pipe' : 'inherit', 'inherit'],
  })
  if (capture) process.stdout.write(result.stdout)
  return { output: result.stdout ?? '', code: result.status ?? 1 }
}

function runVitest() {
  mkdirSync(`${root}out`, { recursive: true })
  rmSync(vitestReport, { force: true })
  const { code } = run('vitest', [
    'run',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${vitestReport}`,
  ])
  const report = JSON.parse(readFileSync(vitestReport, 'utf8'))
  const brokenFiles = report.testResults.filter(
    (file) =>
      file.status === 'failed' && file.assertionResults.every((test) => test.status !== 'failed'),
  ).length
  return {
    runner: 'vitest',
    code,
    passed: report.numPassedTests,
    failed: report.numFailedTests + brokenFiles,
    skipped: report.numPendingTests + report.numTodoTests,
  }
}

function runAsPect() {
  const { output, code } = run('asp', ['--no-logo'], true)
  const escape = String.fromCharCode(27)
  const plain = output.replaceAll(new RegExp(`${escape}\\[[0-9;]*m`, 'g'), '')
  const counts = /\[Tests\]:\s*(\d+)\s*\/\s*(\d+)/.exec(plain)
  const [passed, total] = counts ? [Number(counts[1]), Number(counts[2])] : [0, 0]
  return { runner: 'as-pect', code, passed, failed: total - passed, skipped: 0 }
}

const results = [runAsPect(), runVitest()]
for (const result of results) {
  const silent = result.failed === 0 && (result.code !== 0 || result.passed === 0)
  if (silent) result.failed = 1
  console.log(
    `${result.runner}: ${result.passed} passed, ${result.failed} failed, ${result.skipped} skipped` +
      (silent ? ` (exit code ${result.code}, counted as a failure)` : ''),
  )
}
const sum = (key) => results.reduce((total, result) => total + result[key], 0)
console.log(`${sum('passed')} passed, ${sum('failed')} failed, ${sum('skipped')} skipped`)
process.exitCode = sum('failed') === 0 ? 0 : 1

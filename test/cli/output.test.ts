/** What becomes of results when a file or the standard output does not take them: nothing else is lost, and one message says so. */
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { inFolder } from '../programs.ts'
import { assembly, command, nothread, Running } from './command.ts'

const files = {
  'hello.s': assembly.hello,
  'chatter.s': 'li a2, 0x10000000\n li a0, 10\nagain: sb a0, 0(a2)\n j again\n',
}

/** Run a line of the shell in which `nothread` is the command. */
function shell(line: string, folder: string) {
  const script = `nothread() { "${process.execPath}" "${command}" "$@"; }\n${line}`
  const { status, stdout, stderr } = spawnSync('bash', ['-o', 'pipefail', '-c', script], {
    cwd: folder,
    encoding: 'utf8',
    timeout: 60_000,
  })
  return { status, stdout, stderr }
}

describe('a full disk', () => {
  it('costs the file that does not fit, and nothing else', () => {
    inFolder(files, (folder) => {
      const args = ['run', 'hello.s', '--pcap', '/dev/full', '--record', 'hello.rec']
      const { status, stdout, stderr } = nothread(args, folder)
      expect(stderr).toBe('error: cannot write /dev/full: the disk is full\n')
      expect(stdout).toMatch(/^hello\ncycles \d+ /)
      expect(status).toBe(2)
      expect(readFileSync(join(folder, 'hello.rec'), 'utf8')).toContain('"end"')
    })
  })

  it('under the standard output is told, and files are written', () => {
    inFolder(files, (folder) => {
      const line = 'nothread run hello.s --record hello.rec >/dev/full'
      const { status, stderr } = shell(line, folder)
      expect(stderr).toBe('error: cannot write the standard output: the disk is full\n')
      expect(status).toBe(2)
      expect(existsSync(join(folder, 'hello.rec'))).toBe(true)
    })
  })
})

describe('a reader that leaves early', () => {
  it('ends the run, and files are written', () => {
    inFolder(files, (folder) => {
      const { status, stdout, stderr } = shell(
        'nothread run chatter.s --record chatter.rec | head -c 3',
        folder,
      )
      expect({ status, stdout }).toEqual({ status: 0, stdout: '\n\n\n' })
      expect(stderr).toBe('interrupted\n')
      expect(nothread(['replay', 'chatter.rec'], folder).status).toBe(0)
    })
  })

  it('does no harm to a command that is about to end', () => {
    inFolder(files, (folder) => {
      const { status, stderr } = shell('nothread disasm hello.s | true', folder)
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    })
  })
})

describe('an interrupt', () => {
  it('ends the run, whose files are complete', async () => {
    await inFolder(files, async (folder) => {
      const args = ['run', 'chatter.s', '--record', 'chatter.rec', '--pcap', 'chatter.pcapng']
      const run = new Running(args, folder)
      await run.prints('\n')
      const { status, stderr } = await run.end('SIGINT')
      expect({ status, stderr }).toEqual({ status: 130, stderr: 'interrupted\n' })
      expect(nothread(['replay', 'chatter.rec'], folder).status).toBe(0)
      expect(readFileSync(join(folder, 'chatter.pcapng')).length).toBeGreaterThan(50)
    })
  })
})

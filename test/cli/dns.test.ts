/** The DNS server as the outside sees it: asked by dig through a forwarded port, its capture read by tshark, its run replayed. */

import { execFile } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, vi } from 'vitest'
import { runProgram, testWith } from '../programs.ts'
import { nothread, Running } from './command.ts'

const source = join(import.meta.dirname, '../../assembly/guest/programs/dns.ts')
const queries = 100

async function freePort(): Promise<number> {
  const socket = createSocket('udp4').bind(0, '127.0.0.1')
  await once(socket, 'listening')
  const { port } = socket.address()
  socket.close()
  return port
}

// A compilation, a hundred processes of dig and a replay: seconds, on a busy computer many.
vi.setConfig({ testTimeout: 180_000 })

/** What dig prints for a question. It asks once and waits for ten seconds. */
async function dig(port: number, name: string, type: string): Promise<string> {
  const args = ['@127.0.0.1', '-p', String(port), '+tries=1', '+time=10', '+short', name, type]
  return (await promisify(execFile)('dig', args)).stdout.trim()
}

testWith(
  ['dig', 'tshark'],
  'dns.ts answers dig, 100 times in a row, and the run replays',
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'nothread-'))
    cpSync(source, join(folder, 'dns.ts'))
    const port = await freePort()
    const files = ['--pcap', 'dns.pcapng', '--record', 'dns.rec']
    const server = new Running(['run', 'dns.ts', '--forward', `udp:${port}:53`, ...files], folder)
    try {
      await server.prints('serving')
      expect(await dig(port, 'nothread.test', 'TXT')).toBe('"there is no thread"')
      expect(await dig(port, 'missing.nothread.test', 'A')).toBe('')
      const answers: string[] = []
      for (let i = 0; i < queries; i++) answers.push(await dig(port, 'www.nothread.test', 'A'))
      expect(answers).toEqual(Array.from({ length: queries }, () => '10.0.2.15'))
    } finally {
      const { status, stdout } = await server.end('SIGTERM')
      expect(status).toBe(0)
      expect(nothread(['replay', 'dns.rec'], folder)).toEqual({ status: 0, stdout, stderr: '' })
    }

    const checks = ['-o', 'ip.check_checksum:TRUE', '-o', 'udp.check_checksum:TRUE']
    const wrong = '_ws.malformed || ip.checksum.status == 0 || udp.checksum.status == 0'
    const show = (filter: string) =>
      runProgram('tshark', ['-r', 'dns.pcapng', ...checks, '-Y', filter], folder)
    expect(show(wrong)).toBe('')
    expect(show('dns.flags.response == 1').trimEnd().split('\n')).toHaveLength(queries + 2)
    rmSync(folder, { recursive: true })
  },
)

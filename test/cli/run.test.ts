import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { inFolder } from '../programs.ts'
import { assembly, nothread } from './command.ts'

const files = Object.fromEntries(
  Object.entries(assembly).map(([name, source]) => [`${name}.s`, source]),
)

describe('nothread run', () => {
  it('prints the console and, last, the summary', () => {
    const { status, stdout, stderr } = inFolder(files, (folder) =>
      nothread(['run', 'hello.s'], folder),
    )
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    expect(stdout).toMatch(
      /^hello\ncycles \d+ {2}instructions \d+ {2}events \d+ {2}state [0-9a-f]{16}\n$/,
    )
  })

  it('finds programs that come with the package by their names, files first', () => {
    inFolder(
      {
        ...files,
        'hello.ts':
          "import { print } from 'nothread/guest'; export function main(): void { print('mine') }",
      },
      (folder) => {
        expect(nothread(['run', 'hello'], folder).stdout).toMatch(/^hello, first\n/)
        expect(nothread(['run', 'hello.ts'], folder).stdout).toMatch(/^mine\n/)
        const { status, stderr } = nothread(['run', 'helo'], folder)
        expect(status).toBe(2)
        expect(stderr).toMatch(
          /^error: cannot read helo: no such file, .* there are async-mutex, .*hello, /,
        )
      },
    )
  })

  it('--clients asks until all have their answers, and prints the latencies', () => {
    inFolder({}, (folder) => {
      const run = (clients: string, ...rest: string[]) =>
        nothread(['run', 'udp-echo', '--clients', clients, ...rest], folder)
      const { status, stdout } = run('port=7,count=4,requests=3')
      expect(status).toBe(0)
      expect(stdout).toMatch(
        /\nrequests 12, answers 12, timeouts 0\nlatency .*\n[^]*\nmaximum .*\ncycles \d+/,
      )
      const { clients } = JSON.parse(run('port=7,requests=2', '--json').stdout)
      expect(clients).toMatchObject({
        requests: 2,
        answers: 2,
        timeouts: 0,
        latencies: [expect.any(Number), expect.any(Number)],
      })
      expect(run('port=9', '--until', '20ms')).toMatchObject({ status: 42 })
      expect(run('prt=7').stderr).toContain(
        'write port, count, requests, think, timeout, stagger, send as key=value',
      )
      expect(run('count=7').stderr).toContain('name the port of the guest')
      expect(run('port=7,count=0').stderr).toContain('count=0: expected an integer from 1 to 10000')
      expect(run('port=7', '--forward', 'udp:9007:7').stderr).toContain('cannot be used together')
    })
  })

  it('a machine that sleeps for ever says why', () => {
    const deadlock = `import { AsyncMutex, microsecond, sleep, whenAll } from 'nothread/guest'
const a = new AsyncMutex(), b = new AsyncMutex()
async function take(one: AsyncMutex, other: AsyncMutex): Promise<void> { await one.lock(); await sleep(microsecond); await other.lock() }
export async function main(): Promise<void> { await whenAll([take(a, b), take(b, a)]) }
`
    inFolder({ 'deadlock.ts': deadlock }, (folder) => {
      expect(nothread(['run', 'deadlock.ts'], folder).stderr).toMatch(
        /all harts sleep.*\ndeadlock: take at line 3 waits for take at line 3 waits for take at line 3\n$/,
      )
      expect(nothread(['run', 'udp-echo'], folder).stderr).toMatch(
        /waits for datagrams: --clients or --forward/,
      )
    })
  })

  it('twice ends in the same state', () => {
    inFolder(files, (folder) => {
      const [first, second] = [1, 2].map(() => nothread(['run', 'hello.s'], folder).stdout)
      expect(second).toBe(first)
    })
  })

  it.each([
    ['hello.s', [], 0],
    ['failure.s', [], 1],
    ['hello.s', ['--until', 'text:hello'], 0],
    ['hello.s', ['--until', 'text:goodbye'], 1],
    ['asleep.s', ['--until', 'idle'], 0],
    ['forever.s', ['--until', '10us'], 42],
    ['hello.s', ['--until', '1s'], 0],
    ['fault.s', [], 3],
  ])('of %s %j ends with code %d', (file, options, code) => {
    const { status } = inFolder(files, (folder) => nothread(['run', file, ...options], folder))
    expect(status).toBe(code)
  })

  it('explains a fault with its place', () => {
    const { stderr } = inFolder(files, (folder) => nothread(['run', 'fault.s'], folder))
    expect(stderr).toBe('load refused (mtval 0x00000000) at 0x80000004 in _start+0x4 (fault.s:2)\n')
  })

  it('--json prints one object', () => {
    const { stdout } = inFolder(files, (folder) =>
      nothread(['run', 'failure.s', '--json', '--peek', '0x80000000:2'], folder),
    )
    const result = JSON.parse(stdout)
    expect(result).toMatchObject({ stopReason: 'exit', exitCode: 7, console: '' })
    expect(Object.keys(result)).toEqual([
      ...[
        'stopReason',
        'exitCode',
        'cycles',
        'instret',
        'stateHash',
        'console',
        'counters',
        'peek',
      ],
    ])
    expect(result.counters.deviceWrites).toBe(1)
    expect(result.peek['0x80000000']).toHaveLength(2)
  })

  it('--peek prints words, by address or symbol', () => {
    const source = `${assembly.failure}\n.align 2\nvalue: .word 0x12345678, 9\n`
    const { stdout } = inFolder({ 'a.s': source }, (folder) =>
      nothread(['run', 'a.s', '--peek', 'value:2'], folder),
    )
    expect(stdout).toMatch(/^0x[0-9a-f]{8}: 12345678 00000009$/m)
  })

  it('--timing changes cycles, not instructions', () => {
    inFolder(files, (folder) => {
      const [unit, ibex] = ['unit', 'ibex-small'].map((profile) =>
        JSON.parse(nothread(['run', 'hello.s', '--timing', profile, '--json'], folder).stdout),
      )
      // The store that ends the run counts as an instruction, but its cycle is not over.
      expect(unit.cycles).toBe(unit.instret - 1)
      expect(ibex.instret).toBe(unit.instret)
      expect(ibex.cycles).toBeGreaterThan(unit.cycles)
    })
  })

  it('--trace writes JSON Lines or Perfetto', () => {
    inFolder(files, (folder) => {
      nothread(['run', 'asleep.s', '--trace', 'out/t.jsonl'], folder)
      const lines = readFileSync(join(folder, 'out/t.jsonl'), 'utf8').trimEnd().split('\n')
      expect(lines.map((line) => JSON.parse(line).event)).toContain('hart.sleep')
      nothread(['run', 'asleep.s', '--trace', 't.pftrace'], folder)
      // Field 1 of the outermost message, which is how every Perfetto trace begins.
      expect(readFileSync(join(folder, 't.pftrace'))[0]).toBe(0x0a)
    })
  })

  it('--check-determinism compares two runs', () => {
    const { status, stdout, stderr } = inFolder(files, (folder) =>
      nothread(['run', 'hello.s', '--check-determinism'], folder),
    )
    expect({ status, stderr }).toEqual({
      status: 0,
      stderr: 'both runs were equal at every checkpoint (1)\n',
    })
    expect(stdout).toMatch(/^cycles \d+ {2}instructions \d+ .* state [0-9a-f]{16}\n$/)
  })

  it('--signature writes what lies between the symbols', () => {
    const source = `${assembly.failure}\n.align 2\nbegin_signature: .word 1, 0xabc\nend_signature:\n`
    inFolder({ 'a.s': source }, (folder) => {
      nothread(['run', 'a.s', '--signature', 'sig'], folder)
      expect(readFileSync(join(folder, 'sig'), 'utf8')).toBe('00000001\n00000abc\n')
    })
  })

  it('ends at a word in tohost, as Spike does', () => {
    const source = `_start: li t0, 7\n la t1, tohost\n sw t0, 0(t1)\n1: j 1b\n.align 3\ntohost: .word 0, 0\n`
    const { status, stdout } = inFolder({ 'a.s': source }, (folder) =>
      nothread(['run', 'a.s', '--json'], folder),
    )
    expect(status).toBe(1)
    expect(JSON.parse(stdout)).toMatchObject({ stopReason: 'exit', exitCode: 3 })
  })
})

describe('nothread snapshot', () => {
  it('saves, describes and compares', () => {
    inFolder(files, (folder) => {
      for (const [name, time] of [
        ['a', '10us'],
        ['b', '20us'],
      ]) {
        const args = ['snapshot', 'save', 'forever.s', '--until', time, '-o', name]
        expect(nothread(args, folder).status).toBe(0)
      }
      const info = nothread(['snapshot', 'info', 'a'], folder)
      expect(info.stdout).toMatch(
        /^1 hart, 64 MiB of RAM, ibex-small, seed 1\nat 10 us: cycles 10000 /,
      )
      expect(info.stdout).toMatch(/^HART +1,024$/m)
      expect(nothread(['snapshot', 'diff', 'a', 'a'], folder)).toMatchObject({ status: 0 })
      const { status, stdout } = nothread(['snapshot', 'diff', 'a', 'b'], folder)
      expect(status).toBe(1)
      expect(stdout).toContain('HART differs')
      expect(stdout).not.toContain('RAM differs')
    })
  })

  it('saves what differs from a base, and runs go on from there', () => {
    inFolder(files, (folder) => {
      const save = (...args: string[]) =>
        nothread(['snapshot', 'save', 'forever.s', ...args], folder)
      expect(save('--until', '10us', '-o', 'a').status).toBe(0)
      const { stdout } = save('--from', 'a', '--base', 'a', '--until', '20us', '-o', 'b')
      expect(stdout).toMatch(/^b: \d{3,5} bytes, a delta against [0-9a-f]{12}\ncycles 20000 /)
      const info = nothread(['snapshot', 'info', 'b'], folder).stdout
      expect(info).toMatch(/^a delta against [0-9a-f]{12}$/m)
      expect(nothread(['snapshot', 'diff', 'a', 'b'], folder).status).toBe(1)

      const whole = nothread(['run', 'forever.s', '--until', '30us'], folder)
      const from = ['--from', 'b', '--base', 'a', '--until', '30us']
      expect(nothread(['run', 'forever.s', ...from], folder)).toEqual(whole)
      const without = nothread(['run', 'forever.s', '--from', 'b'], folder)
      expect(without.status).toBe(2)
      expect(without.stderr).toMatch(/^error: b: this is a delta against the snapshot [0-9a-f]{12}/)
      const other = nothread(['run', 'hello.s', '--from', 'a'], folder)
      expect(other).toMatchObject({ status: 2 })
      expect(other.stderr).toContain('a: the snapshot is of another program')
    })
  })
})

describe('nothread replay', () => {
  it('repeats a recorded run, and tells one that differs', () => {
    inFolder(files, (folder) => {
      const { stdout } = nothread(['run', 'hello.s', '--record', 'run.rec'], folder)
      expect(nothread(['replay', 'run.rec'], folder)).toEqual({ status: 0, stdout, stderr: '' })

      const disk = { ...files, 'disk.img': new Uint8Array(1024) }
      inFolder(disk, (other) => {
        const record = ['--disk', 'disk.img', '--record', 'disk.rec']
        expect(nothread(['run', 'hello.s', ...record], other).status).toBe(0)
        expect(nothread(['replay', 'disk.rec'], other).stderr).toContain('or another disk')
        expect(nothread(['replay', 'disk.rec', '--disk', 'disk.img'], other).status).toBe(0)
      })

      const text = readFileSync(join(folder, 'run.rec'), 'utf8')
      const changed = text.replace(/"stateHash":"./, '"stateHash":"x')
      inFolder({ ...files, 'run.rec': changed }, (other) => {
        const { status, stderr } = nothread(['replay', 'run.rec'], other)
        expect(status).toBe(4)
        expect(stderr).toMatch(
          /^error: the replay differs from the recording: equal up to cycle 0, different by cycle \d+: state/,
        )
      })
    })
  })

  it('repeats a run of several programs', () => {
    const says = (word: string) => `export function main(): void {\n  console.log('${word}')\n}\n`
    inFolder({ 'one.ts': says('one'), 'two.ts': says('two') }, (folder) => {
      const { stdout } = nothread(['run', 'one.ts', '--with', 'two.ts', '--record', 'r'], folder)
      expect(stdout).toMatch(/^(one\ntwo|two\none)\n/)
      expect(readFileSync(join(folder, 'r'), 'utf8')).toContain('"neighbours":["two.ts"]')
      expect(nothread(['replay', 'r'], folder)).toMatchObject({ status: 0, stdout })
    })
  }, 180_000)
})

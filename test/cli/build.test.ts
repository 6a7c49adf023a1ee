import { describe, expect, it } from 'vitest'
import { inFolder } from '../programs.ts'
import { nothread } from './command.ts'

const files = {
  'p.ts': `import { print } from 'nothread/guest'

class Node {
  value: i32 = 0
}

const nodes = memory.data(8)

function sum(n: i32): i32 {
  return n < 0 ? 0 : sum(n - 1) + changetype<Node>(load<usize>(nodes + 4 * n)).value
}

export function main(): void {
  print('sum ' + sum(1).toString())
}
`,
}

describe('nothread build', () => {
  it('prints what a pass leaves of a function', () => {
    inFolder(files, (folder) => {
      const { status, stdout } = nothread(
        ['build', 'p.ts', '--dump', 'select', '--function', 'p/sum'],
        folder,
      )
      expect(status).toBe(0)
      expect(stdout).toMatch(/^function \S*p\/sum \(1\) -> 1\nb0:/)
      expect(stdout.match(/^function /gm)).toHaveLength(1)
    })
  })

  it('names the passes when there is none of a name', () => {
    const { status, stderr } = nothread(['build', 'p.ts', '--dump', 'selekt'])
    expect(status).toBe(2)
    expect(stderr).toContain('no pass "selekt"; choose one of lower, thread, gvn')
  })

  it('makes code that says which check has failed, and where', () => {
    inFolder(files, (folder) => {
      const built = nothread(
        ['build', 'p.ts', '-o', 'p.elf', '--checks', 'null,stack', '--march', 'rv32imac'],
        folder,
      )
      expect(built.status).toBe(0)
      const { status, stdout, stderr } = nothread(['run', 'p.elf'], folder)
      expect(status).toBe(3)
      expect(stdout + stderr).toMatch(/null reference/)
      expect(stdout + stderr).toMatch(/p\.ts:10/)
    })
  })

  it.each([
    [['--march', 'rv64gc'], 'unknown instruction set rv64gc'],
    [['--checks', 'all'], 'expected some of division, bounds, null, stack'],
    [[], 'name the image with -o, or a pass with --dump'],
  ])('refuses %j', (options, message) => {
    const { status, stderr } = nothread(['build', 'p.ts', ...options])
    expect(status).toBe(2)
    expect(stderr).toContain(message)
  })
})

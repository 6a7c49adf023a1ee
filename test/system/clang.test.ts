/** Programs in C and C++ that clang makes into WebAssembly run on the machine as those in TypeScript do. */

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { readProgram } from '../../host/node/files.ts'
import { Machine } from '../../host/machine/machine.ts'
import { imageBases, linkWasmProgram } from '../../host/toolchain/index.ts'
import { hasProgram, inFolder, runProgram, testWith } from '../programs.ts'

const folder = join(import.meta.dirname, '../../assembly/guest/c')
const tools = ['clang', 'clang++', 'wasm-ld']
const flags = [
  ...['--target=wasm32', '-mbulk-memory', '-O2', '-Wall', '-Werror', '-nostdlib', '-I', folder],
  `-Wl,--no-entry,--global-base=${imageBases.program + 0x1000},--export=__heap_base`,
]
const cxxFlags = ['-std=c++20', '-fno-exceptions', '-fno-rtti']

/** Compile a source of the examples, or a text, and load what comes out. */
async function compiled(name: string, text?: string): Promise<Machine> {
  const source = text ?? readFileSync(join(folder, 'examples', name), 'utf8')
  return inFolder({ [name]: source }, async (work) => {
    const compiler = name.endsWith('.cpp') ? ['clang++', ...cxxFlags] : ['clang']
    const [program, ...options] = compiler
    runProgram(program, [...options, ...flags, '-o', 'program.wasm', name], work)
    const machine = await Machine.create()
    await machine.load(await readProgram(join(work, 'program.wasm')))
    return machine
  })
}

/** Four datagrams to port 7, each answered before the next. */
async function askFourTimes(machine: Machine): Promise<void> {
  await machine.run({ for: '1ms' })
  const client = machine.network.udp({ port: 7 })
  for (const payload of ['one', 'three', 'seven', 'nineteen']) {
    const reply = client.request(payload, '5ms')
    await machine.run({ for: '2ms' })
    expect(new TextDecoder().decode((await reply)?.payload)).toBe(payload)
  }
}

describe('a program made by clang', () => {
  testWith(tools, 'in C makes system calls that block', async () => {
    const machine = await compiled('echo.c')
    await askFourTimes(machine)
    const report = await machine.run({ until: '1s' })
    expect(report).toMatchObject({ stopReason: 'exit', exitCode: 0 })
    expect(machine.console.text).toBe(
      'echo.c: listening on port 7\nanswered 3 bytes\nanswered 5 bytes\nanswered 5 bytes\nanswered 8 bytes\n',
    )
  })

  testWith(tools, 'in C++ awaits timers and datagrams on one thread', async () => {
    const machine = await compiled('async.cpp')
    await askFourTimes(machine)
    const report = await machine.run({ until: '1s' })
    expect(report).toMatchObject({ stopReason: 'exit', exitCode: 0 })
    expect(machine.console.text).toBe(
      'async.cpp: listening on port 7\ntick 1\ntick 2\ntick 3\nechoed 21 bytes\n',
    )
  })

  testWith(tools, 'ends with what main returns, and computes as C does', async () => {
    const machine = await compiled(
      'sum.c',
      `#include "nothread.h"
       static int fib(int n) { return n < 2 ? n : fib(n - 1) + fib(n - 2); }
       static double area(double r) { return 3.25 * r * r; }
       int main(void) { nt_write_number(fib(15)); nt_write_number(-7); return (int)area(2.0) + 1; }`,
    )
    const report = await machine.run({ until: '1s' })
    expect(machine.console.text).toBe('610-7')
    expect(report).toMatchObject({ stopReason: 'exit', exitCode: 14 })
  })

  testWith(tools, 'that imports a host function is told what to do', async () => {
    await expect(
      compiled(
        'host.c',
        `#include "nothread.h"
         __attribute__((import_module("env"), import_name("puts"))) int puts(const char *);
         int main(void) { return puts("x"); }`,
      ),
    ).rejects.toThrow('The module imports what nobody defines')
  })
})

test('a module without an entry point, or at another place, is refused in words', () => {
  const empty = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0)
  expect(() => linkWasmProgram('a.wasm', empty, imageBases.program)).toThrow(
    'The module exports no function _start',
  )
})

test('the tests above are not all skipped where CI runs', () => {
  expect(process.env.CI !== 'true' || tools.every(hasProgram)).toBe(true)
})

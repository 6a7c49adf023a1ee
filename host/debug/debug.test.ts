import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { describe, expect, test } from 'vitest'
import { inFolder, testWith } from '../../test/programs.ts'
import { Machine } from '../machine/machine.ts'
import { GdbPortError, serveGdb } from '../node/gdbListener.ts'
import { assembleImage } from '../toolchain/asm/index.ts'
import type { Image } from '../toolchain/elf/image.ts'
import { writeImage } from '../toolchain/elf/writer.ts'
import type { DebugTarget } from './gdb/target.ts'
import { MachineTarget } from './machineTarget.ts'

const base = 0x8000_0000
const source = `
        .globl _start, increment, total
_start: la sp, stack_end
        li s0, 5
loop:   mv a0, s0
        call increment
        addi s0, s0, -1
        bnez s0, loop
        li t0, 0x00100000
        li t1, 0x00073333
        sw t1, 0(t0)
hang:   j hang

        .type increment, @function
increment:
        la t0, total
        lw t1, 0(t0)
        add t1, t1, a0
        sw t1, 0(t0)
        ret
        .size increment, . - increment

        .data
        .type total, @object
total:  .word 100
        .size total, 4
        .bss
        .zero 256
stack_end:
`

const image = assembleImage(source, { base, fileName: 'total.s' })

function addressOf(name: string): number {
  const symbol = image.symbols.find((candidate) => candidate.name === name)
  if (symbol === undefined) throw new Error(`no symbol ${name}`)
  return symbol.address
}

async function machineWith(program: Image): Promise<Machine> {
  const machine = await Machine.create({ ramBytes: 1 << 20, history: true })
  await machine.load(program)
  return machine
}

describe('a machine as a target', () => {
  test('stops at breakpoints, steps, and runs to its end', async () => {
    const target = new MachineTarget(await machineWith(image))
    target.setBreakpoint('software', addressOf('increment'), 4)
    expect(await target.resume()).toEqual({ reason: 'breakpoint', hart: 0 })
    expect(target.register(0, 32)).toBe(addressOf('increment'))
    expect(target.register(0, 10)).toBe(5)
    expect(await target.step(0)).toEqual({ reason: 'step', hart: 0 })
    expect(target.register(0, 32)).toBe(addressOf('increment') + 4)
    expect(await target.resume()).toEqual({ reason: 'breakpoint', hart: 0 })
    expect(target.register(0, 10)).toBe(4)
    target.clearBreakpoint('software', addressOf('increment'), 4)
    expect(await target.resume()).toEqual({ reason: 'exit', hart: 0, code: 7 })
  })

  test('stops behind a store to a watched word', async () => {
    const target = new MachineTarget(await machineWith(image))
    expect(target.setBreakpoint('write', addressOf('total'), 4)).toBe(true)
    const stop = await target.resume()
    expect(stop).toEqual({ reason: 'write', hart: 0, address: addressOf('total') })
    expect([...target.readMemory(addressOf('total'), 1)]).toEqual([105])
    expect(target.setBreakpoint('write', 0x1000, 4)).toBe(false)
    expect(target.clearBreakpoint('read', addressOf('total'), 4)).toBe(false)
    expect(target.clearBreakpoint('write', addressOf('total'), 4)).toBe(true)
    expect(await target.resume()).toMatchObject({ reason: 'exit' })
  })

  test('stops behind a load of a watched word', async () => {
    const target = new MachineTarget(await machineWith(image))
    for (const kind of ['read', 'access'] as const) {
      expect(target.setBreakpoint(kind, addressOf('total'), 4)).toBe(true)
      const stop = await target.resume()
      expect(stop).toEqual({ reason: kind, hart: 0, address: addressOf('total') })
      expect(target.clearBreakpoint(kind, addressOf('total'), 4)).toBe(true)
    }
  })

  test('has sixteen watchpoints', async () => {
    const target = new MachineTarget(await machineWith(image))
    const set = (): boolean => target.setBreakpoint('write', addressOf('total'), 1)
    expect(Array.from({ length: 17 }, set)).toEqual([...Array<boolean>(16).fill(true), false])
  })

  test('goes back to breakpoints, to stores, and to the beginning', async () => {
    const machine = await machineWith(image)
    const target = new MachineTarget(machine)
    target.setBreakpoint('software', addressOf('increment'), 4)
    for (let stops = 0; stops < 3; stops++) await target.resume()
    const there = machine.stateHash()
    expect(target.register(0, 10)).toBe(3)
    expect(await target.resumeBack()).toEqual({ reason: 'breakpoint', hart: 0 })
    expect(target.register(0, 10)).toBe(4)
    target.setBreakpoint('write', addressOf('total'), 4)
    expect(await target.resumeBack()).toMatchObject({ reason: 'write', hart: 0 })
    expect([...target.readMemory(addressOf('total'), 1)]).toEqual([100])
    target.clearBreakpoint('write', addressOf('total'), 4)
    for (let stops = 0; stops < 2; stops++) await target.resume()
    expect(machine.stateHash()).toBe(there)
    target.clearBreakpoint('software', addressOf('increment'), 4)
    expect(await target.resumeBack()).toEqual({ reason: 'beginning', hart: 0 })
    expect(target.register(0, 32)).toBe(base)
  })

  test('undoes single instructions, and changes nothing in the past', async () => {
    const target = new MachineTarget(await machineWith(image))
    const course = [base]
    for (let steps = 0; steps < 6; steps++) {
      await target.step(0)
      course.push(target.register(0, 32))
    }
    for (const pc of course.slice(0, -1).reverse()) {
      expect(await target.stepBack(0)).toEqual({ reason: 'step', hart: 0 })
      expect(target.register(0, 32)).toBe(pc)
    }
    expect(target.setRegister(0, 10, 1)).toBe(false)
    expect(target.writeMemory(addressOf('total'), Uint8Array.of(1))).toBe(false)
  })

  test('keeps a breakpoint that is set twice until it is cleared twice', async () => {
    const target = new MachineTarget(await machineWith(image))
    const at = addressOf('increment')
    for (const kind of ['software', 'hardware'] as const) target.setBreakpoint(kind, at, 4)
    expect(target.clearBreakpoint('hardware', at, 4)).toBe(true)
    expect(await target.resume()).toMatchObject({ reason: 'breakpoint' })
    expect(target.clearBreakpoint('software', at, 4)).toBe(true)
    expect(target.clearBreakpoint('software', at, 4)).toBe(false)
    expect(await target.resume()).toMatchObject({ reason: 'exit' })
  })

  test('takes the same course with a debugger as without', async () => {
    const free = await machineWith(image)
    await free.run()
    const debugged = await machineWith(image)
    const target = new MachineTarget(debugged)
    target.setBreakpoint('hardware', addressOf('loop'), 4)
    for (let stops = 0; stops < 5; stops++) await target.resume()
    target.clearBreakpoint('hardware', addressOf('loop'), 4)
    await target.step(0)
    await target.resume()
    expect(debugged.cycles).toBe(free.cycles)
    expect(debugged.stateHash()).toBe(free.stateHash())
  })

  test('changes memory and registers byte by byte', async () => {
    const target = new MachineTarget(await machineWith(image))
    const address = addressOf('total') + 1
    expect(target.writeMemory(address, Uint8Array.of(1, 2))).toBe(true)
    expect([...target.readMemory(address - 1, 4)]).toEqual([100, 1, 2, 0])
    expect(target.writeMemory(0x1000, Uint8Array.of(1))).toBe(false)
    expect(target.readMemory(0x1000, 16)).toHaveLength(0)
    expect(target.readMemory(base + (1 << 20) - 4, 16)).toHaveLength(4)
    target.setRegister(0, 10, 77)
    target.setRegister(0, 32, addressOf('hang'))
    expect([target.register(0, 10), target.register(0, 32)]).toEqual([77, addressOf('hang')])
    expect(target.csr(0, 0x301)).not.toBe(0)
    expect(target.csr(0, 0x5c0)).toBeUndefined()
  })

  test('is interrupted', async () => {
    const target = new MachineTarget(await machineWith(assembleImage('_start: j _start', { base })))
    for (const watched of [false, true]) {
      if (watched) target.setBreakpoint('software', base + 64, 4)
      const running = target.resume()
      setTimeout(() => target.interrupt(), 20)
      expect(await running).toEqual({ reason: 'interrupt', hart: 0 })
    }
  })

  test('tells a fault and eternal sleep from each other', async () => {
    const fault = new MachineTarget(
      await machineWith(assembleImage('_start: lw a0, 0(zero)', { base })),
    )
    expect(await fault.resume()).toMatchObject({ reason: 'fault', code: 5 })
    const sleep = new MachineTarget(await machineWith(assembleImage('_start: wfi', { base })))
    expect(await sleep.resume()).toMatchObject({ reason: 'idle' })
  })

  test('answers monitor commands', async () => {
    const machine = await machineWith(image)
    const target = new MachineTarget(machine)
    expect(target.monitor('help')).toContain('coroutines')
    expect(target.monitor('hash')).toBe(`${machine.stateHash()}\n`)
    expect(target.monitor('cycles')).toBe('cycle 0, 0 instructions\n')
    expect(target.monitor('nonsense')).toBeUndefined()
  })
})

/** Serves a target on a free port of this computer and lets GDB run the commands in a folder. */
async function runGdb(target: DebugTarget, folder: string, commands: string[]): Promise<string> {
  let text = ''
  await serveGdb(target, 0, (port) => {
    const all = ['set confirm off', `target remote 127.0.0.1:${port}`, ...commands]
    const args = ['-batch', '-nx', ...all.flatMap((command) => ['-ex', command])]
    const child = spawn('gdb-multiarch', args, { cwd: folder, timeout: 50_000 })
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (bytes: Buffer) => (text += bytes.toString()))
    }
  })
  return text
}

describe('a port', () => {
  test('that is taken is refused by name', async () => {
    const target = new MachineTarget(await machineWith(image))
    const taken = createServer().listen(0, '127.0.0.1')
    await once(taken, 'listening')
    const { port } = taken.address() as AddressInfo
    const refused = serveGdb(target, port, () => undefined)
    await expect(refused).rejects.toThrow(GdbPortError)
    await expect(refused).rejects.toThrow(`cannot listen on port ${port}`)
    taken.close()
  })

  test('serves until the debugger is gone, with or without a word', async () => {
    for (const farewell of ['$D#44', '']) {
      const target = new MachineTarget(await machineWith(image))
      let answer = ''
      await serveGdb(target, 0, (port) => {
        const socket = connect(port, '127.0.0.1', () => socket.write('$?#3f'))
        socket.on('data', (bytes) => {
          answer += bytes.toString()
          if (!answer.includes('#') || socket.writableEnded) return
          if (farewell === '') socket.destroy()
          else if (!answer.includes('OK')) socket.write(farewell)
        })
      })
      expect(answer).toMatch(/^\+\$T05thread:1;#/)
    }
  })
})

testWith(['gdb-multiarch'], 'gdb drives a session', async () => {
  const executable = { name: '/total.elf', bytes: writeImage(image) }
  const target = new MachineTarget(await machineWith(image), executable)
  const text = await inFolder({ 'total.s': source }, (folder) =>
    runGdb(target, folder, [
      'break increment',
      'continue',
      'print/x $a0',
      'print $mstatus',
      'backtrace 1',
      'info threads',
      'stepi',
      'x/i $pc',
      'delete 1',
      'break total.s:7',
      'continue',
      'print *(int *)&total',
      'delete',
      'watch *(int *)&total',
      'continue',
      'delete',
      'set var $s0 = 1',
      'set var *(int *)&total = 7',
      'print *(int *)&total',
      'monitor cycles',
      'continue',
    ]),
  )
  expect(text).toMatch(/Breakpoint 1, increment \(\) at .*total\.s:16/)
  expect(text).toContain('$1 = 0x5')
  expect(text).toContain('$2 = ')
  expect(text).toMatch(/#0 {2}increment \(\)/)
  expect(text).toMatch(/\* 1 .*hart 0/)
  expect(text).toMatch(/=> 0x[0-9a-f]+ <increment\+4>:\s+addi?\s+t0/)
  expect(text).toMatch(/Breakpoint 2, .*total\.s:7/)
  expect(text).toContain('$3 = 105')
  expect(text).toMatch(/Old value = 105\s+New value = 109/)
  expect(text).toContain('$4 = 7')
  expect(text).toMatch(/cycle \d+, \d+ instructions/)
  expect(text).toContain('exited with code 07')
})

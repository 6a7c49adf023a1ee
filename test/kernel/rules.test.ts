import { describe, expect, it } from 'vitest'
import { Machine } from '../../host/machine/machine.ts'
import type { Image } from '../../host/toolchain/elf/image.ts'
import { kernelImage } from './support.ts'

/** The executive's own rules, each broken by a kernel made for it. */

let kernel: Promise<Image> | undefined

/** What is broken, its number for the kernel, and how the machine stops. */
const ways: [name: string, way: number, text: string][] = [
  ['a request that is completed twice', 1, 'bad completion of an IRP'],
  ['a request that is completed as pending', 2, 'bad completion of an IRP'],
  ['a request without a stack location left', 3, 'no more IRP stack locations'],
  ['a request completed while it can be cancelled', 4, 'completion with a cancel routine'],
  ['a request completed without the lock', 5, 'completion without the I/O lock'],
  ['the I/O lock taken below DISPATCH', 6, 'I/O locked below DISPATCH'],
  ['the dispatcher locked below DISPATCH', 7, 'dispatcher locked below DISPATCH'],
  ['locks in the wrong order', 8, 'I/O lock inside the dispatcher lock'],
  ['a wait at DISPATCH', 9, 'wait at DISPATCH'],
  ['a remove at DISPATCH', 10, 'remove at DISPATCH'],
  ['a write to freed memory', 11, 'write to free memory at'],
  ['a kernel stack that is full', 12, 'kernel stack overflow'],
]

describe('the checked build stops at', () => {
  it.each(ways)('%s', async (_name, way, text) => {
    kernel ??= kernelImage('test/kernel/fixtures/rules.ts', true)
    const machine = await Machine.create({ parameters: { way } })
    await machine.load(await kernel)
    const report = await machine.run({ for: '10ms' })
    expect(machine.consoleText).toMatch(new RegExp(`^bug check: ${text} 0x[0-9a-f]{8}\n$`))
    expect(report).toMatchObject({ stopReason: 'fault', exitCode: 0x101 })
  })
})

/**
 * Runs guest programs made for testing the kernel: programs in the kernel's dialect that make system calls directly, and
 * kernels of their own that test what only machine mode can see. Both say `NAME ok` or `NAME failed (STEP)`, a line each.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, vi } from 'vitest'
import { Machine } from '../../host/machine/machine.ts'
import type { MachineOptions } from '../../host/machine/options.ts'
import { DEFAULT_CODE, linkImage } from '../../host/toolchain/backend/index.ts'
import { compileKernel, imageBases } from '../../host/toolchain/compile.ts'
import type { Image } from '../../host/toolchain/elf/image.ts'
import { writeImage } from '../../host/toolchain/elf/writer.ts'
import { compileSystemModule } from '../../host/toolchain/frontend/index.ts'

// The first test of a file compiles the kernel, which on a busy machine takes its time.
vi.setConfig({ testTimeout: 180_000 })

const root = fileURLToPath(new URL('../../', import.meta.url))
const kernelFolder = 'assembly/guest/kernel/'
const dataOffset = 0x1000

function readSource(path: string): string | null {
  try {
    return readFileSync(root + path, 'utf8')
  } catch {
    return null
  }
}

const assembly = readdirSync(`${root}${kernelFolder}hal`)
  .filter((name) => name.endsWith('.s'))
  .map((name) => `${kernelFolder}hal/${name}`)

const checkedFile = `${kernelFolder}ke/checked.ts`

/** The sources of the checked build: one constant is different. Its code checks function pointers and divisions, too. */
function readChecked(path: string): string | null {
  const text = readSource(path)
  if (path !== checkedFile || text === null) return text
  return text.replace('CHECKED: bool = false', 'CHECKED: bool = true')
}

/** The kernel as it is in the tree, or another one with the same assembly files. */
export function kernelImage(entry = `${kernelFolder}index.ts`, checked = false): Promise<Image> {
  return checked
    ? compileKernel(entry, assembly, readChecked, DEFAULT_CODE.checks)
    : compileKernel(entry, assembly, readSource)
}

/** A kernel from source text, which may import what the fixtures import. */
export function kernelFrom(source: string): Promise<Image> {
  const file = fixture('generated')
  return compileKernel(file, assembly, (path) => (path === file ? source : readSource(path)))
}

/** A test program for user mode; its `_start` is called with the image's base and the heap's end. */
export function programImage(name: string, base?: number): Promise<Image> {
  const file = fixture(name)
  return programFrom(readFileSync(root + file, 'utf8'), name, base)
}

/** The same from source text, which may import what the fixtures import. */
export async function programFrom(
  source: string,
  name = 'generated',
  base: number = imageBases.program,
): Promise<Image> {
  const file = fixture(name)
  const read = (path: string) => (path === file ? source : readSource(path))
  const { wasm } = await compileSystemModule(file, read, base + dataOffset)
  return linkImage({ wasm, base, entry: '_start', header: true })
}

function fixture(name: string): string {
  return `test/kernel/fixtures/${name}.ts`
}

/** Options of a machine, and whether its kernel is the checked build. */
export interface TestOptions extends MachineOptions {
  checked?: boolean
}

const kernels = new Map<boolean, Promise<Uint8Array<ArrayBuffer>>>()

async function kernelFile(checked: boolean): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(writeImage(await kernelImage(undefined, checked)))
}

/** A machine with the tree's kernel and a program, not yet run. */
export async function machineWith(
  program: Image,
  { checked = false, ...options }: TestOptions = {},
  neighbours: Image[] = [],
): Promise<Machine> {
  const kernel = kernels.get(checked) ?? kernelFile(checked)
  kernels.set(checked, kernel)
  const machine = await Machine.create({ kernel: await kernel, ...options })
  await machine.load(program, neighbours)
  return machine
}

/** The same with a test program. */
export async function testMachine(name: string, options: TestOptions = {}): Promise<Machine> {
  return machineWith(await programImage(name), options)
}

/** A machine with a test kernel and nothing else. */
export async function kernelMachine(
  name: string,
  { checked = false, ...options }: TestOptions = {},
): Promise<Machine> {
  const machine = await Machine.create(options)
  await machine.load(await kernelImage(`test/kernel/fixtures/${name}.ts`, checked))
  return machine
}

/** Check that a run ended by itself, that nothing failed, and that exactly these expectations were met. */
export async function expectScenarios(machine: Machine, names: string[]): Promise<void> {
  const report = await machine.run({ for: '2s' })
  const lines = machine.consoleText.split('\n').filter((line) => line !== '')
  expect(lines.filter((line) => !line.endsWith(' ok'))).toEqual([])
  const met = new Set(lines.map((line) => line.slice(0, -' ok'.length)))
  expect([...met].sort()).toEqual([...names].sort())
  expect(report).toMatchObject({ stopReason: 'exit', exitCode: 0 })
}

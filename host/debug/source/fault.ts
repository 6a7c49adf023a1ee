/**
 * Where a program was when it faulted: the functions that had not returned, and behind a coroutine who awaits it. The registers are those of the
 * frame that the trap has left on the kernel stack of the program's thread (assembly/guest/kernel/hal/trap.s).
 */
import type { Coroutine } from '../../machine/coroutines.ts'
import type { Machine } from '../../machine/machine.ts'
import type { Fault } from '../../machine/report.ts'
import { readCoroutines } from '../../toolchain/coroutineSection.ts'
import type { Layouts } from '../../toolchain/frontend/layoutSection.ts'
import { readLayouts } from '../../toolchain/frontend/layoutSection.ts'
import { pcRegister } from '../gdb/target.ts'
import { MachineTarget } from '../machineTarget.ts'
import { backtrace, readWord } from './frames.ts'
import type { FrameTarget, StackFrame } from './frames.ts'
import { SourceView } from './view.ts'

const registers = 32
const breakpoint = 3
const threadClass = 'ke/thread/Thread'
const stackField = 'kernelStack'
const frameBytes = 'ke/thread/FRAME_BYTES'

type Memory = Pick<FrameTarget, 'readMemory'>

/** The kernel's way in. */
const trapFile = /\btrap\.s$/
/** Registers that a system call's frame leaves out: s0 to s11. */
const isKept = (index: number): boolean =>
  index === 8 || index === 9 || (index >= 18 && index <= 27)

/**
 * Lines of the form `at inner (echo.ts:12)`, from the fault outwards; functions of the runtime are left out. Empty when the fault was none of
 * a program.
 */
export function faultTrace(machine: Machine, fault: Pick<Fault, 'pc' | 'cause'>): string[] {
  const memory = new MachineTarget(machine)
  const readMemory = (at: number, count: number): Uint8Array => memory.readMemory(at, count)
  const view = new SourceView(machine, readMemory)
  const found = targetOf(machine, { readMemory }, fault.pc)
  if (found === undefined) return []
  const target = fault.cause === breakpoint ? withKept(machine, found, view) : found
  const frames = backtrace(target, 0, view.places)
  return frames.flatMap((frame, level) => linesOf(machine, view, frame, level > 0))
}

function linesOf(
  machine: Machine,
  view: SourceView,
  frame: StackFrame,
  isBehindCall: boolean,
): string[] {
  const { places } = view
  const found = places.functionOf(frame.pc)
  if (found === undefined) return []
  const own = isOwn(places, found.name, isBehindCall ? frame.pc - 1 : frame.pc)
    ? [`at ${shortName(found.name)} (${placeIn(machine, places, found, frame.pc, isBehindCall)})`]
    : []
  const waiting = awaitersOf(machine, view, found.name, frame)
  const shown = waiting.filter(({ file }) => !isLibrary(file))
  return [...own, ...shown.map((item) => `at ${item.name} (${item.file}:${item.line})`)]
}

/** Whether a function is the program's: its name begins with a file, or it has taken in code of the program that stands there. */
function isOwn(places: SourceView['places'], name: string, pc: number): boolean {
  if (isLibrary(name)) return false
  const row = places.lineOf(pc)
  return name.includes('/') || (row !== undefined && row.file !== '' && !isLibrary(row.file))
}

/** File and line; the file alone where code of the library has become part of the function. */
function placeIn(
  machine: Machine,
  places: SourceView['places'],
  { start }: { start: number },
  pc: number,
  isBehindCall: boolean,
): string {
  const row = places.lineOf(isBehindCall ? pc - 1 : pc)
  if (row !== undefined && !isLibrary(row.file)) return `${row.file}:${row.line}`
  const lines = machine.images.flatMap((image) => image.lines)
  const own = lines.find(({ address, file }) => address >= start && file !== '' && !isLibrary(file))
  return own?.file ?? 'unknown'
}

/**
 * Who awaits the coroutine of a frame. A call that never returns leaves no register with its address: then it is the running coroutine
 * of the same function that somebody awaits.
 */
function awaitersOf(
  machine: Machine,
  view: SourceView,
  name: string,
  frame: StackFrame,
): Coroutine[] {
  const known = view.awaiters(frame)
  if (known.length > 0) return known
  const descriptors = machine.images
    .flatMap(readCoroutines)
    .filter((item) => item.name === name)
    .map(({ descriptor }) => descriptor)
  const live = machine.coroutines()
  const isRunning = (task: number): boolean =>
    machine.memory.holds(task, 8) &&
    machine.memory.word(task) === 0 &&
    descriptors.includes(machine.memory.word(task + 4))
  const chain: Coroutine[] = []
  let next = live.find(({ awaited }) => isRunning(awaited))
  while (next !== undefined && !chain.includes(next)) {
    chain.push(next)
    const { frame: waiting } = next
    next = live.find(({ awaited }) => awaited === waiting)
  }
  return chain
}

function isLibrary(path: string): boolean {
  return path.startsWith('~')
}

/** A function's name without its file. */
function shortName(name: string): string {
  return name
    .replace(/^.*\//, '')
    .replace(/[~#]?anonymous\|\d+/g, ' (inner)')
    .replace(/#/g, '.')
}

/** The registers at the trap of the thread that stood at `pc`, as a hart of its own. */
function targetOf(machine: Machine, memory: Memory, pc: number): FrameTarget | undefined {
  for (const layouts of machine.images.map(readLayouts)) {
    const offset = stackOffset(layouts)
    const bytes = layouts.constants[frameBytes]
    if (offset === undefined || bytes === undefined) continue
    for (const { address } of machine.threads()) {
      const stack = readWord(memory, address + offset)
      if (stack === undefined || readWord(memory, stack - bytes) !== pc) continue
      return targetAt(memory, stack - bytes)
    }
  }
  return undefined
}

function stackOffset({ classes }: Layouts): number | undefined {
  const thread = classes.find(({ name }) => name === threadClass)
  return thread?.fields.find(({ name }) => name === stackField)?.offset
}

/** A frame has the pc in its first word, then x1 to x31. */
function targetAt(memory: Memory, frame: number): FrameTarget {
  const word = (index: number): number => readWord(memory, frame + 4 * index) ?? 0
  const values = [0, ...Array.from({ length: registers - 1 }, (_, index) => word(index + 1))]
  return {
    ...memory,
    register: (_, index) => (index === pcRegister ? word(0) : values[index]),
  }
}

/**
 * A program that raises an error itself is in a system call, whose frame has no s0 to s11: the kernel's functions have saved them as far as
 * they use them.
 */
function withKept(machine: Machine, target: FrameTarget, { places }: SourceView): FrameTarget {
  const whole = new MachineTarget(machine)
  for (let hart = 0; hart < whole.harts; hart++) {
    const entry = backtrace(whole, hart, places).find(({ pc }) =>
      trapFile.test(places.lineOf(pc)?.file ?? ''),
    )
    if (entry === undefined) continue
    return {
      readMemory: target.readMemory,
      register: (_, index) => (isKept(index) ? entry.registers[index] : target.register(0, index)),
    }
  }
  return target
}

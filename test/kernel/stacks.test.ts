import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { Machine } from '../../host/machine/machine.ts'
import type { Image } from '../../host/toolchain/elf/image.ts'
import { machineWith, programFrom } from './support.ts'

/** Stacks: who calls too deep ends with a report, whatever the frames of its functions, and no other stack has been touched. */

const stackBytes = 16 * 1024
const pageBytes = 4096

/**
 * A thread that calls itself for ever, with frames of about so many bytes, between two that wait; its parameter `levels` lets it
 * begin lower. They say where their stacks are.
 */
function program(frameBytes: number): string {
  const words = Array.from({ length: frameBytes / 4 }, (_, index) => index)
  return `
    import { call, createEvent, exit, print, printNumber, sleep, startThread, wait } from './nt';
    import { stackPointer } from './rv';
    import { SYS_NtQueryParameter, SYS_NtSetEvent } from '../../../assembly/guest/kernel/generated/syscalls';

    const LEVELS: u32 = 0xa147b6ea;
    const values = memory.data(${frameBytes}, 4);
    const levels = memory.data(4, 4);

    function fall(level: u32): u32 {
      ${words.map((i) => `const v${i} = load<u32>(values, ${4 * i});`).join('\n')}
      store<u32>(values, fall(level + 1));
      ${words.map((i) => `store<u32>(values, v${i}, ${4 * i});`).join('\n')}
      return level;
    }

    function lower(left: u32): u32 {
      return left ? lower(left - 1) + load<u32>(values) : fall(1);
    }

    function place(what: string): void {
      printNumber(stackPointer());
      print(what);
    }

    function stay(event: u32): u32 {
      place(' stays\\n');
      return wait(event, 0);
    }

    function deep(event: u32): u32 {
      place(' falls\\n');
      wait(event, 0);
      return lower(load<u32>(levels));
    }

    export function _start(): void {
      call(SYS_NtQueryParameter, LEVELS, levels);
      const gate = createEvent(0, 0);
      startThread(stay.index, createEvent(0, 0));
      startThread(deep.index, gate);
      startThread(stay.index, createEvent(0, 0));
      sleep(1);
      print('go\\n');
      call(SYS_NtSetEvent, gate, 0);
      sleep(1000);
      exit(0);
    }
  `
}

/** What the stacks of the threads that wait hold. */
function others(machine: Machine): string[] {
  return [...machine.consoleText.matchAll(/(\d+) stays/g)]
    .map(([, pointer]) => Math.ceil(Number(pointer) / pageBytes) * pageBytes)
    .map((top) => machine.memory.bytes(top - stackBytes, stackBytes))
    .map((content) => createHash('sha256').update(content).digest('hex'))
}

async function expectOverflow(image: Image, levels: number, checked: boolean): Promise<void> {
  const machine = await machineWith(image, { checked, parameters: { levels } })
  await machine.run({ until: { text: 'go\n' }, for: '1s' })
  const before = others(machine)
  expect(before).toHaveLength(2)
  const report = await machine.run({ for: '1s' })
  expect([levels, others(machine)]).toEqual([levels, before])
  expect(report).toMatchObject({ stopReason: 'fault' })
  expect(machine.consoleText).toMatch(
    /^fault: stack overflow at pc 0x\w+, address 0x804\w+, thread 3$/m,
  )
}

/** Frames that the guard alone stops, that fit into it, that are larger, and that an instruction's offset does not span. */
const frames = [96, 900, 1400, 5 * 1024]
const starts = Array.from({ length: 7 }, (_, i) => 35 * i)

describe('a thread that calls too deep', () => {
  let image: Image

  it.each(frames)('by frames of %i bytes ends its program, and harms no stack', async (bytes) => {
    image = await programFrom(program(bytes))
    for (const levels of starts) await expectOverflow(image, levels, false)
  })

  it('does so by the largest of these on the checked build', async () => {
    for (const levels of starts) await expectOverflow(image, levels, true)
  })
})

/** One driver program finds, drives and annoys the virtio devices here and on QEMU's virt board, and both say the same. */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { assembleImage } from '../../host/toolchain/asm/index.ts'
import { writeImage } from '../../host/toolchain/elf/writer.ts'
import { Board, type Core } from '../cpu/board.ts'
import { inFolder, testWith } from '../programs.ts'

const source = readFileSync(new URL('./virtio.s', import.meta.url), 'utf8')
const elf = writeImage(assembleImage(source, { base: 0x8000_0000, compressed: false }))
const sectors = 16

/** A disk whose sector n is filled with the byte 0x10 + n. */
const image = Uint8Array.from({ length: 512 * sectors }, (_, at) => 0x10 + Math.floor(at / 512))

/** The answer of 10.0.2.2 to an ARP request. */
function arpAnswer(request: Uint8Array): Uint8Array {
  const gateway = [0x52, 0x55, 10, 0, 2, 2]
  const sender = request.subarray(22, 32)
  return Uint8Array.from([
    ...request.subarray(6, 12),
    ...gateway,
    ...request.subarray(12, 20),
    ...[0, 2, ...gateway, 10, 0, 2, 2],
    ...sender,
  ])
}

function insertDisk(core: Core): void {
  const pointer = core.diskReserve(image.length) >>> 0
  new Uint8Array(core.memory.buffer, pointer, image.length).set(image)
  core.diskInsert(0)
}

function answerFrame(core: Core): void {
  const { buffer } = core.memory
  const frame = new Uint8Array(buffer, core.frameOutput() >>> 0, core.frameOutputBytes())
  const answer = arpAnswer(frame)
  new Uint8Array(buffer, core.frameInput() >>> 0, answer.length).set(answer)
  core.receiveFrame(core.now() + 1000n, answer.length)
}

async function here(): Promise<string> {
  const board = await Board.with(elf)
  insertDisk(board.core)
  for (;;) {
    const stop = board.run()
    if (stop !== 'FrameOut') {
      expect(stop).toBe('Exit')
      return new TextDecoder().decode(board.console())
    }
    answerFrame(board.core)
  }
}

function onQemu(): string {
  return inFolder({ 'driver.elf': elf, disk: image }, (folder) => {
    const args = [
      '-machine',
      'virt',
      '-cpu',
      'rv32',
      '-m',
      '16',
      '-display',
      'none',
      '-bios',
      'none',
    ]
    args.push('-monitor', 'none', '-serial', 'file:out', '-kernel', 'driver.elf')
    args.push('-global', 'virtio-mmio.force-legacy=false')
    args.push('-netdev', 'user,id=n,ipv6=off', '-device', 'virtio-net-device,netdev=n')
    args.push('-drive', 'file=disk,format=raw,if=none,id=d', '-device', 'virtio-blk-device,drive=d')
    args.push('-device', 'virtio-rng-device')
    execFileSync('qemu-system-riscv32', args, { cwd: folder, timeout: 30_000, stdio: 'pipe' })
    return readFileSync(`${folder}/out`, 'utf8')
  })
}

test('a driver finds the devices and gets right answers', async () => {
  const lines = (await here()).split('\n')
  expect(lines[0]).toBe('address 12005452')
  expect(lines.filter((line) => line === 'missing')).toEqual([])
  expect(lines).toContain('  01000608')
  expect(lines).toContain('answer 00000002')
  expect(lines.at(-2)).toBe('bytes 00000040')
})

testWith(['qemu-system-riscv32'], 'it prints the same on QEMU', async () => {
  expect(await here()).toBe(onQemu())
})

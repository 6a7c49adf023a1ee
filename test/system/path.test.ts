/** The road of a received packet, as docs/design.md lists it, against one that is stepped through the executive. */
import { readFileSync } from 'node:fs'
import { beforeAll, expect, test } from 'vitest'
import { Machine } from '../../host/index.ts'
import { readImage } from '../../host/toolchain/elf/reader.ts'
import type { Image } from '../../host/toolchain/elf/image.ts'
import { lineAt } from '../../host/toolchain/elf/image.ts'
import { echoProgram } from './echo.ts'

const root = new URL('../../', import.meta.url)
const read = (path: string) => readFileSync(new URL(path, root), 'utf8')

const kernel = 'assembly/guest/kernel/'
/** Rows of the list: function and file. */
const road = [
  ...read('docs/design.md').matchAll(
    new RegExp(`^\\| \`(\\w+)\` \\| \`${kernel}([^\`]+)\` \\|`, 'gm'),
  ),
].map(([, name, file]) => ({ name, file, lines: linesOf(name, file) }))

/** First and last line of a function; of a label of assembly code its own. */
function linesOf(name: string, file: string): [number, number] {
  const lines = read(kernel + file).split('\n')
  const begin = lines.findIndex(
    (line) => line === `${name}:` || new RegExp(`^(export )?function ${name}\\(`).test(line),
  )
  const length = file.endsWith('.s') ? 2 : lines.slice(begin).indexOf('}')
  return [begin + 1, begin + 1 + length]
}

/** Most instructions that a datagram may need to its port. */
const limit = 20_000
/** When each function of the road has run first, in steps. */
const first = new Map<string, number>()

function note(image: Image, pc: number, step: number): void {
  const place = lineAt(image, pc)
  for (const { name, file, lines } of road) {
    const isThere = place?.file === file && place.line >= lines[0] && place.line <= lines[1]
    if (isThere && !first.has(name)) first.set(name, step)
  }
}

beforeAll(async () => {
  const image = readImage(readFileSync(new URL('assets/kernel.elf', root)))
  const machine = await Machine.create()
  await machine.load(await echoProgram('udp-echo.ts'))
  await machine.run({ until: { text: '\n' } })
  await machine.run({ for: '1ms' })
  machine.network.udp({ port: 7 }).send('follow me')
  const seen = new Set<number>()
  for (let step = 0; step < limit && !first.has('insertPacket'); step++) {
    const { pc } = machine.registers()
    if (!seen.has(pc)) note(image, pc, step)
    seen.add(pc)
    await machine.step()
  }
}, 120_000)

test('it has at most a dozen functions, which exist', () => {
  expect(road.length).toBeGreaterThan(8)
  expect(road.length).toBeLessThanOrEqual(12)
  expect(road.filter(({ lines }) => lines[0] === 0)).toEqual([])
})

test('a packet passes all of them, in this order', () => {
  const passed = [...first].sort(([, a], [, b]) => a - b).map(([name]) => name)
  expect(passed).toEqual(road.map(({ name }) => name))
})

import { expect, test } from 'vitest'
import { deviceTree } from './devicetree.ts'

/** A reader of its own: path of node → its properties as bytes. Throws on anything the specification does not allow. */
function read(blob: Uint8Array): Map<string, Map<string, Uint8Array>> {
  const view = new DataView(blob.buffer, blob.byteOffset, blob.byteLength)
  const [magic, total, structure, strings, reservations, version, compatible] = Array.from(
    { length: 7 },
    (_, n) => view.getUint32(4 * n),
  )
  expect([magic, total, version, compatible]).toEqual([0xd00dfeed, blob.length, 17, 16])
  expect(view.getBigUint64(reservations) + view.getBigUint64(reservations + 8)).toBe(0n)
  expect(structure + view.getUint32(36)).toBe(strings)
  expect(strings + view.getUint32(32)).toBe(total)
  const nodes = new Map<string, Map<string, Uint8Array>>()
  const path: string[] = []
  let at = structure
  const textAt = (offset: number): string => {
    const end = blob.indexOf(0, offset)
    return new TextDecoder().decode(blob.subarray(offset, end))
  }
  for (;;) {
    const token = view.getUint32(at)
    at += 4
    if (token === 1) {
      const name = textAt(at)
      at += (name.length + 4) & ~3
      path.push(name)
      expect(nodes.has(path.join('/'))).toBe(false)
      nodes.set(path.join('/'), new Map())
    } else if (token === 3) {
      const bytes = view.getUint32(at)
      const name = textAt(strings + view.getUint32(at + 4))
      nodes.get(path.join('/'))?.set(name, blob.subarray(at + 8, at + 8 + bytes))
      at += 8 + ((bytes + 3) & ~3)
    } else if (token === 2) {
      path.pop()
    } else {
      expect([token, path.length, at]).toEqual([9, 0, strings])
      return nodes
    }
  }
}

function cells(bytes: Uint8Array | undefined): number[] {
  if (bytes === undefined) throw new Error('no such property')
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  return Array.from({ length: bytes.length / 4 }, (_, n) => view.getUint32(4 * n))
}

const texts = (bytes: Uint8Array | undefined): string[] =>
  new TextDecoder().decode(bytes).split('\0').slice(0, -1)

test('memory, harts and timebase are those of the board', () => {
  const tree = read(deviceTree({ harts: 2, ramBytes: 0x800_0000 }))
  expect(cells(tree.get('/memory@80000000')?.get('reg'))).toEqual([0x8000_0000, 0x800_0000])
  expect(cells(tree.get('/cpus')?.get('timebase-frequency'))).toEqual([10_000_000])
  expect(tree.has('/cpus/cpu@1')).toBe(true)
  expect(tree.has('/cpus/cpu@2')).toBe(false)
  expect(texts(tree.get('/cpus/cpu@0')?.get('riscv,isa'))[0]).toMatch(/^rv32imac_/)
})

test('every device is where the board has it, with its interrupt', () => {
  const tree = read(deviceTree({ harts: 1, ramBytes: 0x100_0000 }))
  const place = (name: string): number[] => cells(tree.get(`/soc/${name}`)?.get('reg'))
  expect(place('serial@10000000')).toEqual([0x1000_0000, 0x100])
  expect(place('virtio_mmio@10008000')).toEqual([0x1000_8000, 0x1000])
  expect(cells(tree.get('/soc/virtio_mmio@10001000')?.get('interrupts'))).toEqual([1])
  expect(cells(tree.get('/soc/serial@10000000')?.get('interrupts'))).toEqual([10])
  expect(texts(tree.get('/soc/virtio_mmio@10001000')?.get('compatible'))).toEqual(['virtio,mmio'])
  expect(texts(tree.get('/soc/clint@2000000')?.get('compatible'))).toContain('riscv,clint0')
  expect(texts(tree.get('/chosen')?.get('stdout-path'))).toEqual(['/soc/serial@10000000'])
})

test('interrupt controllers refer to each other by handles that exist', () => {
  const tree = read(deviceTree({ harts: 3, ramBytes: 0x100_0000 }))
  const handles = [...tree.values()].flatMap((node) =>
    node.has('phandle') ? cells(node.get('phandle')) : [],
  )
  expect(new Set(handles).size).toBe(handles.length)
  const controllers = cells(tree.get('/soc/plic@c000000')?.get('interrupts-extended'))
  expect(controllers).toHaveLength(12)
  for (let n = 0; n < controllers.length; n += 2) expect(handles).toContain(controllers[n])
  for (const node of tree.values()) {
    if (node.has('interrupt-parent'))
      expect(handles).toContain(cells(node.get('interrupt-parent'))[0])
  }
})

test('a command line is passed on when there is one', () => {
  const tree = read(deviceTree({ harts: 1, ramBytes: 0x1000, bootArguments: 'quiet' }))
  expect(texts(tree.get('/chosen')?.get('bootargs'))).toEqual(['quiet'])
  expect(
    read(deviceTree({ harts: 1, ramBytes: 0x1000 }))
      .get('/chosen')
      ?.has('bootargs'),
  ).toBe(false)
})

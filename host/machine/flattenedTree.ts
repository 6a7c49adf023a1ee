/** The flattened devicetree format, version 17: Devicetree Specification 0.4, chapter 5. */

/** A property: nothing, text, a list of texts, or cells of 32 bits. */
export type Value = true | string | string[] | number[]

/** A node with its properties in order. */
export interface TreeNode {
  name: string
  properties: Record<string, Value>
  children?: TreeNode[]
}

const MAGIC = 0xd00d_feed
const VERSION = 17
const COMPATIBLE_VERSION = 16
const HEADER_BYTES = 40
/** An empty memory reservation block: one entry of zeros. */
const RESERVATION_BYTES = 16
const BEGIN_NODE = 1
const END_NODE = 2
const PROPERTY = 3
const END = 9

/** Strings of the tree, each once. */
class Strings {
  readonly bytes: number[] = []
  private readonly offsets = new Map<string, number>()

  offset(name: string): number {
    const known = this.offsets.get(name)
    if (known !== undefined) return known
    const offset = this.bytes.length
    this.offsets.set(name, offset)
    this.bytes.push(...text(name))
    return offset
  }
}

/** The blob of a tree. */
export function flatten(tree: TreeNode): Uint8Array {
  const strings = new Strings()
  const structure = [...nodeBytes(tree, strings), ...cell(END)]
  const structureAt = HEADER_BYTES + RESERVATION_BYTES
  const stringsAt = structureAt + structure.length
  const header = [
    MAGIC,
    stringsAt + strings.bytes.length,
    structureAt,
    stringsAt,
    HEADER_BYTES,
    VERSION,
    COMPATIBLE_VERSION,
    0,
    strings.bytes.length,
    structure.length,
  ]
  const reservation = new Array<number>(RESERVATION_BYTES).fill(0)
  return Uint8Array.from([...header.flatMap(cell), ...reservation, ...structure, ...strings.bytes])
}

function nodeBytes(node: TreeNode, strings: Strings): number[] {
  return [
    ...cell(BEGIN_NODE),
    ...padded(text(node.name)),
    ...Object.entries(node.properties).flatMap(([name, value]) => {
      const bytes = valueBytes(value)
      return [PROPERTY, bytes.length, strings.offset(name)].flatMap(cell).concat(padded(bytes))
    }),
    ...(node.children ?? []).flatMap((child) => nodeBytes(child, strings)),
    ...cell(END_NODE),
  ]
}

function valueBytes(value: Value): number[] {
  if (value === true) return []
  if (typeof value === 'string') return text(value)
  return value.flatMap((item) => (typeof item === 'string' ? text(item) : cell(item)))
}

function text(value: string): number[] {
  return [...new TextEncoder().encode(value), 0]
}

function padded(bytes: number[]): number[] {
  return [...bytes, ...new Array<number>(-bytes.length & 3).fill(0)]
}

function cell(value: number): number[] {
  return [value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255]
}

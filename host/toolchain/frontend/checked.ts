/**
 * Checked mode: every access to memory, of the program and of asc's library, asks the runtime first whether the address is in use
 * (assembly/guest/runtime/checked.ts). The runtime itself is left alone.
 */
import binaryen from 'assemblyscript/binaryen'

/** The runtime's function: an address to the same address, or to one that faults. */
export const checkFunction = '__checkSlow'
/** The text that takes the place of the runtime's `options`. */
export const checkedOptions = { 'nothread/guest/options': 'export const checked: bool = true;\n' }

const runtimePrefix = '~lib/nothread/'
/** asc gives an exported function the name of its place. */
const checkTarget = `${runtimePrefix}guest/checked/${checkFunction}`

type Ref = binaryen.ExpressionRef

/** Functions of Binaryen that its declarations leave out. */
const raw = binaryen as unknown as Record<
  '_BinaryenLoadSetPtr' | '_BinaryenStoreSetPtr',
  (expression: Ref, address: Ref) => void
>

/** Properties of an expression that may hold others. */
const parts = [
  ...['children', 'operands', 'condition', 'ifTrue', 'ifFalse', 'body', 'value', 'ptr', 'left'],
  ...['right', 'target', 'dest', 'source', 'size', 'delta'],
]

/** Kinds of expressions without parts. */
const leaves = new Set([binaryen.ConstId, binaryen.NopId, binaryen.UnreachableId])

/** For asc: puts the calls in before Binaryen optimises. */
export const checkAccesses = {
  afterCompile(module: binaryen.Module): void {
    for (let index = 0; index < module.getNumFunctions(); index++) {
      const {
        name,
        module: from,
        body,
      } = binaryen.getFunctionInfo(module.getFunctionByIndex(index))
      if (from === '' && !name.startsWith(runtimePrefix)) visit(module, body)
    }
  },
}

function visit(module: binaryen.Module, expression: Ref): void {
  if (!expression) return
  const id = binaryen.getExpressionId(expression)
  if (leaves.has(id)) return
  const info = binaryen.getExpressionInfo(expression) as unknown as Record<string, unknown>
  for (const part of parts) {
    const value = info[part]
    if (Array.isArray(value)) for (const child of value) visit(module, child as Ref)
    else if (typeof value === 'number') visit(module, value)
  }
  if (id === binaryen.LoadId) {
    raw._BinaryenLoadSetPtr(expression, checkedAddress(module, info))
  } else if (id === binaryen.StoreId) {
    raw._BinaryenStoreSetPtr(expression, checkedAddress(module, info))
  }
}

/** An object is found from a place in front of its header, so that only the sum with the offset tells what is accessed. */
function checkedAddress(module: binaryen.Module, info: Record<string, unknown>): Ref {
  const offset = module.i32.const(info.offset as number)
  return module.call(checkTarget, [info.ptr as Ref, offset], binaryen.i32)
}

/**
 * Functions and variables as the source names and types them, read from asc's program: what debuggers show. Left out: what asc generates.
 */

/** A function by the symbol that its code has. */
export interface SourceFunction {
  symbol: string
  /** As it reads in the source: `handler`, `Socket.receive`. */
  name: string
  file: string
  line: number
  /** Type of the result as asc names it. */
  result: string
  /** Types of parameters and locals by name. Names that the function's text does not hold are left out: asc has brought them in from others. */
  locals: Record<string, string>
}

export interface SourceNames {
  functions: SourceFunction[]
  /** Types of global variables by symbol. */
  globals: Record<string, string>
}

/** The parts of asc's program that matter here. */
export interface NamedProgram {
  instancesByName: Map<string, NamedElement>
  elementsByName: Map<string, NamedElement>
}

interface AscType {
  toString(): string
}

interface NamedElement {
  internalName: string
  name: string
  kind: number
  type?: AscType
  parent?: NamedElement
  localsByIndex?: AscLocal[]
  signature?: { returnType: AscType }
  declaration?: { name?: { range: AscRange }; range: AscRange }
}

interface AscLocal {
  name: string
  type: AscType
}

interface AscRange {
  start: number
  end: number
  source: { normalizedPath: string; text: string; lineAt(position: number): number }
}

/** asc's ElementKind. */
const kinds = { global: 0, function: 5, class: 7 } as const

/** To be asked when asc has compiled all functions. */
export function namesOf({ instancesByName, elementsByName }: NamedProgram): SourceNames {
  const functions = [...instancesByName.values()]
    .filter(({ kind, declaration }) => kind === kinds.function && declaration !== undefined)
    .map(functionOf)
  const globals: Record<string, string> = {}
  for (const element of elementsByName.values()) {
    if (element.kind === kinds.global && element.type !== undefined) {
      globals[element.internalName] = typeName(element.type)
    }
  }
  return { functions, globals }
}

function functionOf(element: NamedElement): SourceFunction {
  const { internalName, declaration, signature, localsByIndex = [] } = element
  const range = declaration!.name?.range ?? declaration!.range
  const locals: Record<string, string> = {}
  const names = new Set<string>()
  const words = wordsOf(declaration!.range)
  localsByIndex.forEach(({ name: plain, type }, index) => {
    // asc tells locals of the same name apart by their index.
    const name = names.has(plain) ? `${plain}|${index}` : plain
    names.add(name)
    // Functions that asc has put into this one had a "this" too.
    const isOwn = plain === 'this' ? index === 0 : words.has(plain) && !plain.startsWith('__')
    if (isOwn) locals[name] = typeName(type)
  })
  return {
    symbol: internalName,
    name: shortName(internalName),
    file: range.source.normalizedPath,
    line: range.source.lineAt(range.start),
    result: signature === undefined ? 'void' : typeName(signature.returnType),
    locals,
  }
}

function wordsOf({ start, end, source }: AscRange): ReadonlySet<string> {
  return new Set(source.text.slice(start, end).match(/[A-Za-z_$][\w$]*/g))
}

/** Class references that may be null are the same address. */
function typeName(type: AscType): string {
  return type.toString().replace(/ \| null$/, '')
}

/** `net/socket/Socket#receive` as the source calls it: `Socket.receive`. */
export function shortName(symbol: string): string {
  const plain = symbol.split('<', 1)[0]
  const path = plain.slice(0, plain.lastIndexOf('/') + 1)
  return symbol.slice(path.length).replace('#', '.')
}

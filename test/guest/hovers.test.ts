/** What editors show: every name of 'nothread/guest', public members included, says what it is. */
import ts from 'typescript'
import { expect, test } from 'vitest'
import { inFolder } from '../programs.ts'

const documented = ts.SymbolFlags.Class | ts.SymbolFlags.Interface | ts.SymbolFlags.Enum

/** Names without a docstring, as `Class.member`, of what the module 'nothread/guest' exports. */
function undocumented(entry: string): string[] {
  const program = ts.createProgram([entry], { noLib: true, types: [] })
  const checker = program.getTypeChecker()
  const module = checker.getAmbientModules().find(({ name }) => name === '"nothread/guest"')!
  const lacks = (symbol: ts.Symbol): boolean =>
    symbol.getDocumentationComment(checker).length + symbol.getJsDocTags(checker).length === 0
  return checker.getExportsOfModule(module).flatMap((exported) => {
    const alias = (exported.flags & ts.SymbolFlags.Alias) !== 0
    const symbol = alias ? checker.getAliasedSymbol(exported) : exported
    const members = (symbol.flags & documented) === 0 ? [] : membersOf(symbol)
    return [
      ...(lacks(symbol) ? [symbol.name] : []),
      ...members.filter(lacks).map((member) => `${symbol.name}.${member.name}`),
    ]
  })
}

/** Public members, static ones and those of enums included. */
function membersOf({ members, exports }: ts.Symbol): ts.Symbol[] {
  return [...(members?.values() ?? []), ...(exports?.values() ?? [])].filter(
    ({ flags, name, declarations = [] }) =>
      (flags & (ts.SymbolFlags.TypeParameter | ts.SymbolFlags.Prototype)) === 0 &&
      name !== 'prototype' &&
      declarations.every(
        (node) =>
          (ts.getCombinedModifierFlags(node) & ts.ModifierFlags.NonPublicAccessibilityModifier) ===
          0,
      ),
  )
}

test("every name that 'nothread/guest' exports has a docstring, members included", () => {
  const entry = new URL('../../assembly/guest/types/index.d.ts', import.meta.url).pathname
  expect(undocumented(entry)).toEqual([])
})

test('a name and a member without one are found', () => {
  const text = `declare module 'nothread/guest' {
  /** A class. */
  export class A {
    /** Known. */
    x: number
    y: number
    private z: number
  }
  export function f(): void
}
`
  const found = inFolder({ 'entry.d.ts': text }, (folder) => undocumented(`${folder}/entry.d.ts`))
  expect(found.sort()).toEqual(['A.y', 'f'])
})

/**
 * Functions of the runtime that compiled code calls although the program does not name them.
 */
import type { Function, FunctionPrototype, Type } from 'assemblyscript'
import type { CompilerInternals, ExpressionRef, ResolverInternals } from './internals.ts'

const closurePath = '~lib/nothread/guest/closure/'
const sequencesPath = '~lib/nothread/guest/sequences/'
const numbersPath = '~lib/nothread/guest/numbers/'
const unwindPath = '~lib/nothread/guest/unwind/'

/** Internal names of the functions, by what they are for. */
export const libraryFunctions = {
  enterFunction: `${closurePath}enterFunction`,
  newClosure: `${closurePath}newClosure`,
  currentClosure: `${closurePath}currentClosure`,
  hasText: `${sequencesPath}hasText`,
  whole: `${numbersPath}whole`,
  letters: `${sequencesPath}letters`,
  letterAt: `${sequencesPath}letterAt`,
  collected: `${sequencesPath}collected`,
  argumentCount: `${closurePath}argumentCount`,
  setArgumentCount: `${closurePath}setArgumentCount`,
  raise: `${unwindPath}raise`,
  raiseError: `${unwindPath}raiseError`,
  raiseRangeError: `${unwindPath}raiseRangeError`,
  raiseTypeError: `${unwindPath}raiseTypeError`,
  failed: `${unwindPath}failed`,
  passed: `${unwindPath}passed`,
  noteCall: '~lib/nothread/guest/places/noteCall',
  takeFailure: `${unwindPath}takeFailure`,
  abandonGenerator: '~lib/nothread/guest/generator/abandonGenerator',
  ownFrame: '~lib/nothread/guest/co/self',
  resumeFailure: `${unwindPath}resumeFailure`,
} as const

export type LibraryFunction = keyof typeof libraryFunctions

/** A function of the runtime for some type arguments. */
export function libraryInstance(
  resolver: ResolverInternals,
  name: LibraryFunction,
  types: Type[] | null,
): Function | null {
  const prototype = resolver.program.elementsByName.get(libraryFunctions[name])
  return prototype ? resolver.resolveFunction(prototype as FunctionPrototype, types) : null
}

/** A function of the runtime, compiled. */
export function requireLibrary(compiler: CompilerInternals, name: LibraryFunction): Function {
  const resolver = compiler.resolver as unknown as ResolverInternals
  const instance = libraryInstance(resolver, name, null)
  if (!instance) throw new Error(`The runtime has no ${libraryFunctions[name]}.`)
  compiler.compileFunction(instance)
  return instance
}

/** A call of a function of the runtime. */
export function callLibrary(
  compiler: CompilerInternals,
  name: LibraryFunction,
  operands: ExpressionRef[] = [],
): ExpressionRef {
  const { internalName, signature } = requireLibrary(compiler, name)
  return compiler.module.call(internalName, operands, signature.returnType.toRef())
}

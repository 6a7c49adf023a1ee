/**
 * Replaces methods of asc's classes while a program is compiled, and puts the originals back.
 */
import { Compiler, DiagnosticEmitter, Flow, Module, Program, Resolver } from 'assemblyscript'
import { prototypeOf } from './internals.ts'
import type { CompilerInternals, ResolverInternals } from './internals.ts'

/** Replaces one method; `make` gets the method that was there before. */
type Replace<T> = <K extends keyof T>(
  name: K,
  make: (original: Extract<T[K], (...parameters: never[]) => unknown>) => Method<T, T[K]>,
) => void

type Method<T, M> = M extends (...parameters: infer P) => infer R
  ? (this: T, ...parameters: P) => R
  : never

/** The classes that can be extended. */
export interface Patch {
  compiler: Replace<CompilerInternals>
  resolver: Replace<ResolverInternals>
  flow: Replace<Flow>
  emitter: Replace<DiagnosticEmitter>
  module: Replace<Module>
  program: Replace<Program>
}

/** Run `task` while asc is extended. Extensions that come later see calls first. */
export async function withExtensions<T>(
  extensions: ((patch: Patch) => void)[],
  task: () => Promise<T>,
): Promise<T> {
  const undo: (() => void)[] = []
  const replaceIn =
    <U extends object>(prototype: U): Replace<U> =>
    (name, make) => {
      const original = prototype[name]
      prototype[name] = make(original as never) as U[typeof name]
      undo.push(() => (prototype[name] = original))
    }
  const patch: Patch = {
    compiler: replaceIn(prototypeOf<CompilerInternals>(Compiler)),
    resolver: replaceIn(prototypeOf<ResolverInternals>(Resolver)),
    flow: replaceIn(prototypeOf<Flow>(Flow)),
    emitter: replaceIn(prototypeOf<DiagnosticEmitter>(DiagnosticEmitter)),
    module: replaceIn(prototypeOf<Module>(Module)),
    program: replaceIn(prototypeOf<Program>(Program)),
  }
  for (const extend of extensions) extend(patch)
  try {
    return await task()
  } finally {
    for (const restore of undo.reverse()) restore()
  }
}

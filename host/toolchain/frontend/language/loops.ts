/**
 * `for..of` and `for await` over anything that gives values. The loop is put together from statements that asc has, by the type of what it goes
 * through:
 *
 *     lists, strings     for (let l = list, i = 0; i < l.length; ++i) { const x = l[i]; … }
 *     Set, Map           the same over their values, or their keys and values together
 *     generators         try { while (g.__advance()) { const x = g.__current; … } } finally { g.close() }
 *     texts              for (let at = 0, c = ''; at < s.length; at += c.length) { c = __letterAt(s, at); const x = c; … }
 *     iterators          for (let r = it.next(); !r.done; r = it.next()) { const x = r.value; … }
 *     async generators   try { while (await g.__advance()) { … } } finally { await g.close() }
 *     streams            while (await s.next()) { const x = s.current; … }
 *
 * An object with a method `[Symbol.iterator]` or `[Symbol.asyncIterator]` is asked for its iterator first.
 */
import { DiagnosticCode } from 'assemblyscript'
import type {
  CallExpression,
  Class,
  Expression,
  ForOfStatement,
  Statement,
  VariableStatement,
} from 'assemblyscript'
import { calledName, values } from './internals.ts'
import type { CompilerInternals, ExpressionRef } from './internals.ts'
import { requireLibrary } from './library.ts'
import type { Patch } from './patch.ts'
import { Syntax } from './syntax.ts'

/** Names that the rewrite gives (rewrite.ts). */
const FOR_AWAIT = '__eachLater'
const PART = '__part'

/** A loop to be put together. */
interface Loop {
  compiler: CompilerInternals
  syntax: Syntax
  statement: ForOfStatement
  /** Line of a `for await`. */
  line?: Expression
}

/** Extend asc by loops over values. */
export function patchLoops({ compiler }: Patch): void {
  compiler(
    'compileForOfStatement',
    () =>
      function (statement: ForOfStatement): ExpressionRef {
        const syntax = new Syntax(statement.iterable.range)
        const { iterable } = statement
        const isLater = calledName(iterable) === FOR_AWAIT
        const [from, line] = isLater ? (iterable as CallExpression).args : [iterable]
        const loop: Loop = { compiler: this, syntax, statement, line: isLater ? line : undefined }
        const statements = isLater ? laterLoop(loop, from) : loopOver(loop, from)
        return statements
          ? this.compileStatement(syntax.block(statements))
          : this.module.unreachable()
      },
  )
  // A part of what a loop gives: of an entry of a Map, or of a list.
  compiler(
    'compileCallExpression',
    (original) =>
      function (expression, type, constraints): ExpressionRef {
        if (calledName(expression) === '~letterAt') {
          const instance = requireLibrary(this, 'letterAt')
          return this.compileCallDirect(instance, expression.args, expression)
        }
        if (calledName(expression) !== PART)
          return original.call(this, expression, type, constraints)
        const [whole, index] = expression.args
        const syntax = new Syntax(expression.range)
        const { classReference } = this.resolver.resolveExpression(whole, this.currentFlow) ?? {}
        const member = index.range.toString() === '0' ? 'key' : 'value'
        const isEntry =
          classReference && startsWith(classReference, 'nothread/guest/generator/Entry')
        const part = isEntry ? syntax.member(whole, member) : syntax.element(whole, index)
        return this.compileExpression(part, type, constraints)
      },
  )
}

function startsWith({ internalName }: Class, library: string): boolean {
  return internalName.startsWith(`~lib/${library}`)
}

/** The class of an expression; asc reports if there is no type. */
function classOf({ compiler }: Loop, expression: Expression): Class | null | undefined {
  const type = compiler.resolver.resolveExpression(expression, compiler.currentFlow)
  return type ? type.getClass() : undefined
}

function loopOver(loop: Loop, from: Expression): Statement[] | undefined {
  const { syntax } = loop
  const found = classOf(loop, from)
  if (found === undefined) return undefined
  if (found !== null) {
    if (startsWith(found, 'map/Map<')) return mapLoop(loop, from)
    if (startsWith(found, 'set/Set<')) return listLoop(loop, syntax.callMember(from, 'values'))
    if (startsWith(found, 'nothread/guest/generator/Generator<')) return generatorLoop(loop, from)
    if (has(found, '__iterator')) return loopOver(loop, syntax.callMember(from, '__iterator'))
    if (found === loop.compiler.program.stringInstance) return textLoop(loop, from)
    if (has(found, 'length')) return listLoop(loop, from)
    if (has(found, 'next')) return iteratorLoop(loop, from)
  }
  return notIterable(loop, from)
}

function has(found: Class, member: string): boolean {
  return found.getMember(member) !== null
}

/** asc's message "Not implemented" with a name that the frontend knows (messages.ts). */
function notIterable({ compiler }: Loop, from: Expression): undefined {
  compiler.error(DiagnosticCode.Not_implemented_0, from.range, 'Iteration')
  return undefined
}

/** The body with the declaration of the loop's variable before it. */
function bodyWith({ syntax, statement }: Loop, value: Expression): Statement {
  const { variable, body } = statement
  if (variable.kind !== values.NodeKind.Variable) {
    const { expression } = variable as Statement & { expression: Expression }
    return syntax.block([syntax.run(syntax.assign(expression, value)), body])
  }
  const [{ name, type, flags }] = (variable as VariableStatement).declarations
  return syntax.block([syntax.declare(name.text, value, flags, type), body])
}

function listLoop(loop: Loop, from: Expression): Statement[] {
  const { syntax } = loop
  const [list, at] = syntax.names('list', 'at')
  const value = syntax.element(syntax.name(list), syntax.name(at))
  const element = loop.line ? awaited(loop, value) : value
  const declared = syntax.let({ [list]: from, [at]: syntax.number(0) })
  return [syntax.count(declared, at, list, bodyWith(loop, element))]
}

/** The letters of a text: as in JavaScript, two units are one letter where one is not enough. */
function textLoop(loop: Loop, from: Expression): Statement[] {
  const { syntax } = loop
  const [text, at, letter] = syntax.names('text', 'at', 'letter')
  const declared = syntax.let({
    [text]: from,
    [at]: syntax.number(0),
    [letter]: syntax.text(''),
  })
  const next = syntax.call('~letterAt', [syntax.name(text), syntax.name(at)])
  const body = syntax.block([
    syntax.run(syntax.assign(syntax.name(letter), next)),
    bodyWith(loop, syntax.name(letter)),
  ])
  const bytes = syntax.member(syntax.name(letter), 'length')
  const goOn = syntax.assign(syntax.name(at), syntax.sum(syntax.name(at), bytes))
  return [
    syntax.for(
      declared,
      syntax.below(syntax.name(at), syntax.member(syntax.name(text), 'length')),
      goOn,
      body,
    ),
  ]
}

function mapLoop(loop: Loop, from: Expression): Statement[] {
  const { syntax } = loop
  const [map, keys, mapped, at] = syntax.names('map', 'keys', 'values', 'at')
  const entry = syntax.call('__entry', [
    syntax.element(syntax.name(keys), syntax.name(at)),
    syntax.element(syntax.name(mapped), syntax.name(at)),
  ])
  const declared = syntax.let({
    [map]: from,
    [keys]: syntax.callMember(syntax.name(map), 'keys'),
    [mapped]: syntax.callMember(syntax.name(map), 'values'),
    [at]: syntax.number(0),
  })
  return [syntax.count(declared, at, keys, bodyWith(loop, entry))]
}

function generatorLoop(loop: Loop, from: Expression): Statement[] {
  const { syntax } = loop
  const [generator] = syntax.names('generator')
  const member = (name: string): Expression => syntax.callMember(syntax.name(generator), name)
  const body = bodyWith(loop, syntax.member(syntax.name(generator), '__current'))
  return [
    syntax.let({ [generator]: from }),
    syntax.tryFinally(
      [syntax.while(awaited(loop, member('__advance')), body)],
      [syntax.run(awaited(loop, member('close')))],
    ),
  ]
}

function iteratorLoop(loop: Loop, from: Expression): Statement[] {
  const { syntax } = loop
  const [iterator, result] = syntax.names('iterator', 'result')
  const next = (): Expression => awaited(loop, syntax.callMember(syntax.name(iterator), 'next'))
  const body = bodyWith(loop, syntax.member(syntax.name(result), 'value'))
  const done = syntax.member(syntax.name(result), 'done')
  return [
    syntax.let({ [iterator]: from }),
    syntax.for(
      syntax.let({ [result]: next() }),
      syntax.not(done),
      syntax.assign(syntax.name(result), next()),
      body,
    ),
  ]
}

/** `for await`. */
function laterLoop(loop: Loop, from: Expression): Statement[] | undefined {
  const { syntax } = loop
  const found = classOf(loop, from)
  if (found === undefined) return undefined
  if (found === null) return notIterable(loop, from)
  if (startsWith(found, 'nothread/guest/generator/AsyncGenerator<'))
    return generatorLoop(loop, from)
  if (has(found, '__asyncIterator')) {
    return laterLoop(loop, syntax.callMember(from, '__asyncIterator'))
  }
  if (has(found, 'length')) return listLoop(loop, from)
  if (!has(found, 'next')) return notIterable(loop, from)
  return has(found, 'current') ? streamLoop(loop, from) : iteratorLoop(loop, from)
}

function streamLoop(loop: Loop, from: Expression): Statement[] {
  const { syntax } = loop
  const [stream] = syntax.names('stream')
  const next = awaited(loop, syntax.callMember(syntax.name(stream), 'next'))
  const body = bodyWith(loop, syntax.member(syntax.name(stream), 'current'))
  return [syntax.let({ [stream]: from }), syntax.while(next, body)]
}

/** `await` of an expression in a `for await`, as the rewrite writes it. */
function awaited({ syntax, line }: Loop, expression: Expression): Expression {
  if (!line) return expression
  return syntax.callMember(syntax.call('__await', [expression, line]), 'getResult')
}

/**
 * Variables that inner functions capture and that change live in boxes (captures.ts tells which):
 *
 *     let sum = 0                            let sum = __box(0)
 *     sum += value                           sum.value += value
 *     function f(count: i32) { … }           function f(count: i32) { let count__box = __box(count); … }
 *     for (let i = 0; …; ++i) { … }          for (let i = __box(0); …; i = __box(i.value), ++i.value) { … }
 */
import ts from 'typescript'
import type { Boxes } from './captures.ts'
import { typeText } from './coroutines.ts'
import { isLoopVariable } from './nodes.ts'
import type { RewriteContext } from './rewriteContext.ts'
import type { Closing } from './sugar.ts'

/** The edits for the variables of one file that live in boxes. */
export class Boxing {
  private readonly context: RewriteContext
  private readonly boxes: Boxes

  constructor(context: RewriteContext, boxes: Boxes) {
    this.context = context
    this.boxes = boxes
  }

  /** The declaration of a variable that is captured and changes. */
  variable(node: ts.VariableDeclaration): Closing | undefined {
    const { name, type, initializer } = node
    if (!this.boxes.has(name) || isLoopVariable(node)) return undefined
    const { edits, names, used } = this.context
    used.add('box')
    const argument = type ? `<${typeText(type, names)}>` : ''
    if (!initializer) {
      edits.replace(name.getEnd(), node.getEnd(), ` = __emptyBox${argument}()`)
      return undefined
    }
    const lines = this.context.lines(name.getEnd(), initializer.getStart())
    edits.replace(name.getEnd(), initializer.getStart(), ` = __box${argument}(${lines}`)
    return { position: initializer.getEnd(), text: ')' }
  }

  /** Each round of a loop has variables of its own. */
  loop({ initializer, incrementor, statement }: ts.ForStatement): void {
    if (!initializer || !ts.isVariableDeclarationList(initializer)) return
    const renewed = initializer.declarations
      .filter(({ name }) => this.boxes.has(name))
      .map(({ name }) => `${name.getText()} = __box(${name.getText()}.value)`)
    if (renewed.length === 0) return
    const text = renewed.join(', ')
    if (incrementor) this.context.edits.insert(incrementor.getStart(), text + ', ')
    else this.context.edits.insert(this.parenthesisBefore(statement), text)
  }

  /** A variable in a box where it is used. */
  use(node: ts.Identifier): void {
    const { parent } = node
    const isDeclared =
      (ts.isVariableDeclaration(parent) ||
        ts.isParameter(parent) ||
        ts.isBindingElement(parent) ||
        ts.isFunctionDeclaration(parent)) &&
      parent.name === node
    if (isDeclared) return
    const value = this.value(node)
    const shown = ts.isShorthandPropertyAssignment(parent) ? `${node.text}: ${value}` : value
    this.context.edits.replace(node.getStart(), node.getEnd(), shown)
  }

  /** Declarations that move the parameters of a function into boxes, for the beginning of its body. */
  parameters(node: ts.SignatureDeclaration): string {
    const boxes = node.parameters
      .filter(({ name }) => this.boxes.has(name))
      .map(({ name }) => ` let ${boxOf(name.getText())} = ${this.box(name.getText())};`)
    return boxes.join('')
  }

  /** A value in a new box. */
  box(value: string): string {
    this.context.used.add('box')
    return `__box(${value})`
  }

  /** A variable in a box. */
  value(name: ts.Identifier): string {
    return (this.boxes.isParameter(name) ? boxOf(name.text) : name.text) + '.value'
  }

  /** The parenthesis that closes the head of a loop. */
  private parenthesisBefore(statement: ts.Statement): number {
    const tokens = statement.parent.getChildren(this.context.source.tree)
    return tokens[tokens.indexOf(statement) - 1].getStart()
  }
}

/** Name of the box of a parameter, which has its own name as a value. */
function boxOf(parameter: string): string {
  return `${parameter}__box`
}

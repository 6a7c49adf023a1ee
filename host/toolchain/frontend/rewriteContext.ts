/**
 * What the parts of the rewrite share while they work on one file.
 */
import type ts from 'typescript'
import type { Rewriting } from './sugar.ts'

export interface RewriteContext extends Rewriting {
  /** What has to be imported for the code that was put in (runtimeImports.ts). */
  readonly used: Set<string>
  /** A name for a variable that the program does not have. */
  item(): string
  /** What the body of a function begins with because of its parameters: boxes and the parts of patterns. */
  parameterParts(node: ts.SignatureDeclaration): string
}

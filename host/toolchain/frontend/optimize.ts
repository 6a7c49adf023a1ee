/**
 * Binaryen's passes for programs. asc's own list takes as long as everything else together, because it repeats what the backend does
 * once more on its own form (common expressions, slots, branches). Here stays what a whole module is needed for, inlining before all, and
 * what makes that effective.
 */

/** Functions as small as they become without looking at others. */
const small = [
  'duplicate-function-elimination',
  'remove-unused-module-elements',
  'once-reduction',
  'simplify-globals',
  'dce',
  'vacuum',
  'remove-unused-brs',
  'remove-unused-names',
]

/** Calls that go away, and what the module does not need then. */
const joined = ['inlining', 'directize', 'dae', 'simplify-globals', 'remove-unused-module-elements']

/** What inlining makes possible. A second time it would find nothing that the backend does not. */
const inlined = [
  'dce',
  'vacuum',
  'precompute-propagate',
  'optimize-instructions',
  'simplify-locals',
  'remove-unused-brs',
  'remove-unused-names',
  'merge-blocks',
  'vacuum',
]

const last = [
  'optimize-instructions',
  'code-folding',
  'local-cse',
  'duplicate-function-elimination',
  'memory-packing',
  'remove-unused-module-elements',
]

const passes = [...small, ...joined, ...inlined, ...joined, ...last]

/** asc's module, as far as it is used here. */
interface AscModule {
  optimize(level: number, shrinkLevel: number, debugInfo: boolean, zeroFilled: boolean): void
  runPasses(passes: string[]): void
}

/** A transform for asc: its module takes these passes instead of its own. Without optimisation nothing changes. */
export const optimizeQuickly = {
  afterInitialize({ module }: { module: AscModule }): void {
    const prepare = module.optimize.bind(module)
    module.optimize = (level, ...options) => {
      const runPasses = module.runPasses.bind(module)
      // What comes before the passes are settings, such as how large a function may be to be inlined.
      module.runPasses = () => runPasses(level > 0 ? passes : [])
      prepare(level, ...options)
      module.runPasses = runPasses
    }
  },
}

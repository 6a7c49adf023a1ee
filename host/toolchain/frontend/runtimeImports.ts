/**
 * The imports of what the rewrite has put into a file.
 */
import { collectionImport } from './collections.ts'
import { promiseImport } from './promises.ts'

/** Lines by what makes them necessary. */
const imports: [RegExp, string][] = [
  [/^(?:await|__Task)$/, 'import { Task as __Task } from "nothread/guest/task";'],
  [/^(?:await|__Task)$/, 'import { __await } from "nothread/guest/await.inline";'],
  [/^__Task$/, 'import { __complete, __completeVoid, __fail } from "nothread/guest/coroutine";'],
  [
    /^__(?:Task|Generator|AsyncGenerator)$/,
    'import { begin as __begin, self as __self } from "nothread/guest/co";',
  ],
  [
    /^__Generator$/,
    'import { Generator as __Generator, endGenerator as __endGenerator, isClosing as __isClosing } from "nothread/guest/generator"; ' +
      'import { __beginGenerator, __yield } from "nothread/guest/generator.inline";',
  ],
  [
    /^__AsyncGenerator$/,
    'import { AsyncGenerator as __AsyncGenerator, endStream as __endStream, failStream as __failStream, isStreamClosing as __isStreamClosing } from "nothread/guest/generator"; ' +
      'import { __beginStream, __yieldLater } from "nothread/guest/generator.inline";',
  ],
  [/^for$/, 'import { entry as __entry } from "nothread/guest/generator";'],
  [
    /^__Itera/,
    'import { Iterator as __Iterator, Iterable as __Iterable, IteratorResult as __IteratorResult } from "nothread/guest/generator";',
  ],
  [
    /^box$/,
    'import { Box as __Box, box as __box, emptyBox as __emptyBox } from "nothread/guest/closure";',
  ],
  [/^Promise$/, promiseImport],
  [/^collection$/, collectionImport],
  [/^Math$/, 'import { least as __least, greatest as __greatest } from "nothread/guest/numbers";'],
  [/^Number$/, 'import { numberOf as __numberOf } from "nothread/guest/numbers";'],
  [/^filled$/, 'import { filled as __filled } from "nothread/guest/sequences";'],
  [/^console$/, 'import { console } from "nothread/guest/console";'],
]

/** One line with all imports; '' if there are none. */
export function runtimeImports(used: ReadonlySet<string>): string {
  const lines = imports
    .filter(([asked]) => [...used].some((name) => asked.test(name)))
    .map(([, line]) => line)
  return lines.join(' ')
}

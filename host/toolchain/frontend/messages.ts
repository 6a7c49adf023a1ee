/**
 * asc's messages in the user's terms: place in the original text, names without asc's internal paths, and a remedy.
 */
import type { AscMessage } from './asc.ts'
import { tooDeep } from './depth.ts'
import { diagnosticAt, diagnosticOf } from './diagnostic.ts'
import type { Diagnostic } from './diagnostic.ts'
import type { EditedText } from './edits.ts'
import { remedyFor } from './remedies.ts'
import { sentence } from './source.ts'

/** A user's file as it was before and after the rewrite. */
export interface UserFile {
  file: string
  text: string
  edited: EditedText
}

const awaitOfOther = {
  cause: 'The operand of await is not a Promise.',
  remedy: 'Leave await out, or call an async function.',
}

/** Messages of the extensions (language/*.ts), which asc's numbers cannot tell apart. */
const extended = new Map([
  [
    'Not implemented: Iteration',
    {
      cause: 'This value does not give one value after the other.',
      remedy:
        'Use a list, a string, a Map, a Set, a generator, or a class with a method [Symbol.iterator].',
    },
  ],
  [
    'Not implemented: Optional value',
    {
      cause: 'The result of ?. is a number here, and numbers have no null.',
      remedy: 'Say what it is otherwise: a?.size ?? 0.',
    },
  ],
  [
    'Not implemented: Form',
    {
      cause: 'This form is not supported.',
      remedy: 'Write it another way; docs/guest-guide.md lists what the guest language leaves out.',
    },
  ],
  ['Not implemented: Depth', tooDeep],
  [
    'Not implemented: Spread',
    {
      cause: 'Only a rest parameter takes a list that is spread.',
      remedy:
        'Pass each value by its index, or make the last parameter a rest parameter: ...values: T[].',
    },
  ],
  [
    'Not implemented: Label',
    {
      cause: 'There is no statement with this label around.',
      remedy: 'Write the label before the loop: name: while (…) { … }.',
    },
  ],
])

/** asc's internal names: library files, types with the path of their file, tasks. */
const shorterNames: [RegExp, string][] = [
  [/~lib\/nothread\/guest\/task\/Task\b/g, 'Promise'],
  [/'__(?=(?:Async)?(?:Generator|Itera))/g, "'"],
  [/~lib\/nothread\/guest(?:\/index)?(?=')/g, 'nothread/guest'],
  [/~lib\/(?:[\w.-]+\/)*/g, ''],
  [/(?<=['<,| ])(?!nothread\/guest')(?:[\w.-]+\/)+(?=[A-Za-z_]\w*(?:['<>,|# ]|$))/g, ''],
]

/** The messages that are errors, in the order of the text; those without a place come last. */
export function ascDiagnostics(messages: AscMessage[], files: Map<string, UserFile>): Diagnostic[] {
  const errors = withoutConsequences(messages.filter(({ isError }) => isError))
  const placed = errors.flatMap((message) => {
    const user = files.get(message.path)
    return user ? [placedDiagnostic(message, user)] : []
  })
  if (placed.length > 0) return placed.sort(byPlace).filter(isFirstOfPlace)
  return errors.slice(0, 1).map((message) => diagnosticOf('', describe(message)))
}

/** A name that cannot be imported cannot be found later on either. */
function withoutConsequences(errors: AscMessage[]): AscMessage[] {
  const missing = errors
    .filter(({ code }) => code === 2305)
    .map(({ message }) => /'([^']*)'\.$/.exec(message)?.[1])
  const isFirst = errors.every(({ message }) => isOfUnknownType(message))
  return errors.filter(
    ({ code, message }) =>
      (isFirst || !isOfUnknownType(message)) &&
      (code !== 2304 || !missing.some((name) => message.includes(`'${name}'`))),
  )
}

/** A variable whose value is wrong has no type, which is the fault of that value. */
function isOfUnknownType(message: string): boolean {
  return message.endsWith("on type 'auto'.")
}

function placedDiagnostic(message: AscMessage, { file, text, edited }: UserFile): Diagnostic {
  const start = edited.originalOffset(message.start)
  const end = Math.max(edited.originalOffset(Math.max(message.end - 1, message.start)) + 1, start)
  // The rewrite of await puts the call of getResult behind the operand.
  if (/^Property 'getResult' does not/.test(message.message)) {
    const keyword = text.lastIndexOf('await', start)
    return diagnosticAt(file, text, { start: keyword, end: keyword + 5 }, awaitOfOther)
  }
  // A path begins with a point, behind its quote.
  if (message.code === 6054 && /^['"][^./]/.test(text.slice(start, end))) {
    const cause = `There is no module ${text.slice(start, end)} for guest programs.`
    return diagnosticAt(file, text, { start, end }, { cause, remedy: modules })
  }
  const own = extended.get(message.message)
  const { cause, remedy } = own ?? describe(message)
  return diagnosticAt(file, text, { start, end }, { cause: withPrivateNames(cause, text), remedy })
}

/** Names that the program writes with #. */
function withPrivateNames(cause: string, text: string): string {
  return cause.replace(/'__([A-Za-z_]\w*)'/g, (shown, name: string) =>
    text.includes(`#${name}`) ? `'#${name}'` : shown,
  )
}

/** Sentences for messages that say too little by themselves. */
const causes = new Map([
  [1140, 'The type argument does not follow from the arguments of this call.'],
  [1345, 'This has no value that could be tested.'],
  [2314, 'The type arguments of this type are missing.'],
])

const noValue = {
  cause: 'This has no value.',
  remedy: 'Make it a statement of its own, or let the function return a value.',
}

const modules =
  'Import the runtime from "nothread/guest", and files of your own by a path: "./part".'

const noClass = {
  cause: 'Nothing tells the class of this object.',
  remedy:
    'Declare an interface with its fields, and name it: const options: Options = { size: 1 }.',
}

function describe(message: AscMessage): { cause: string; remedy: string } {
  const shown = shorterNames.reduce(
    (text, [long, short]) => text.replace(long, short),
    message.message,
  )
  const cause = causes.get(message.code) ?? sentence(shown)
  if (message.code === 2322 && cause.startsWith("Type 'void' is not")) return noValue
  if (message.code === 2322 && cause.startsWith("Type '<object>' is not")) return noClass
  return {
    cause: cause.replace(/^User-defined: '(.*)'\.$/, '$1.'),
    remedy: remedyOf(message, cause),
  }
}

function remedyOf({ code }: AscMessage, cause: string): string {
  if (code === 2322 && /^Type 'Promise<.*>' is not assignable/.test(cause)) {
    return 'Write await before the call to get its result.'
  }
  if (code === 2322 && / is not assignable to type 'Promise</.test(cause)) {
    return awaitOfOther.remedy
  }
  if (code === 2322 && /^Type '([^']*) \| null' is not assignable to type '\1'/.test(cause)) {
    return 'Test for null first, or write ! behind the expression if it cannot be null.'
  }
  if (code === 2339 && /^Property '(?:then|catch|finally)' .* on type 'Promise</.test(cause)) {
    return 'Write await in an async function, with try, catch and finally around it.'
  }
  if (code === 2339 && /^Property 'toString' /.test(cause)) {
    return 'Write the value of a field, or give the class a method toString(): string.'
  }
  if (code === 2339 && /on type 'Promise</.test(cause)) {
    return 'Write (await …) before the member, to get the result first.'
  }
  return remedyFor(code)
}

function byPlace(a: Diagnostic, b: Diagnostic): number {
  return a.file < b.file ? -1 : a.file > b.file ? 1 : a.line - b.line || a.column - b.column
}

function isFirstOfPlace(diagnostic: Diagnostic, index: number, all: Diagnostic[]): boolean {
  const before = all[index - 1]
  return index === 0 || before.file !== diagnostic.file || before.line !== diagnostic.line
}

/**
 * asc's messages in the user's terms: place in the original text, names without asc's internal paths, and a remedy.
 */
import type { AscMessage } from './asc.ts'
import { tooDeep } from './depth.ts'
import { diagnosticAt, diagnosticOf } from './diagnostic.ts'
import type { Diagnostic } from './diagnostic.ts'
import type { EditedText } from './edits.ts'
import { sentence } from './source.ts'

/** A user's file as it was before and after the rewrite. */
export interface UserFile {
  file: string
  text: string
  edited: EditedText
}

/** Remedies by asc's message number; most numbers are TypeScript's. */
const remedies: Record<number, string> = {
  100: 'Write it another way; docs/guest-guide.md lists what the guest language leaves out.',
  104: 'Make the static data smaller.',
  200: 'Convert explicitly, for instance: <i32>value or i32(value).',
  201: 'Convert explicitly, for instance: <u32>value.',
  202: 'Convert through a type both can be changed to.',
  203: 'Convert the operand to a type that has this operator.',
  204: 'Leave "| null" out: numbers cannot be null.',
  214: 'Use another type here.',
  215: 'Give the parameter a default value.',
  219: 'Give the field a default value, or the type T | null.',
  220: 'Use a literal, or a const made of literals.',
  225: 'Give the type explicitly.',
  238: 'Give it a value where it is declared, or the type T | null.',
  1003: 'Write a name here.',
  1005: 'Add the missing character, or remove what stands in its place.',
  1012: 'Remove what stands here, or look for an error just before.',
  1109: 'Write a value here, or remove what stands in its place.',
  1110: 'Write a type here.',
  1104: 'Put it into a loop, or leave it out.',
  1105: 'Put it into a loop or a switch, or leave it out.',
  1140: 'Write the type argument, for instance: name<i32>(value).',
  1345: 'Compare explicitly, for instance: value != 0 or value !== null.',
  2300: 'Give one of them another name.',
  2304: 'Check the spelling, or import the name.',
  2305: 'Check the spelling, or export the name there.',
  2314: 'Give the type arguments, for instance: Array<i32>.',
  2315: 'Leave the type arguments out.',
  2322: 'Convert the value, or change one of the types.',
  2332: 'Use this only in methods and constructors.',
  2339: 'Check the spelling and the type of the object.',
  2341: 'Use a public member.',
  2349: 'Call a function or a method.',
  2351: 'Use new with a class.',
  2355: 'Return a value at the end, or use the result type void.',
  2357: 'Apply it to a variable or a field.',
  2364: 'Assign to a variable or a field.',
  2365: 'Convert one of the operands to the type of the other.',
  2377: 'Call super(…) first.',
  2391: 'Give the function a body.',
  2393: 'Remove one of them, or give it another name.',
  2394: 'Give it the parameters and the result it has in the base class.',
  2416: 'Give it the type it has in the base class.',
  2448: 'Move the declaration above the use.',
  2451: 'Give one of them another name.',
  2453: 'Write the type argument, for instance: name<i32>(value).',
  2454: 'Give the variable a value first.',
  2511: 'Make an object of a class derived from it.',
  2515: 'Write the member in this class, or make the class abstract.',
  2531: 'Test for null first, or write ! behind the expression if it cannot be null.',
  2540: 'Use let instead of const, or leave readonly out.',
  2554: 'Pass as many arguments as the function has parameters.',
  2555: 'Pass the missing arguments.',
  2558: 'Give the type arguments, for instance: Array<i32>.',
  2564: 'Give the field a value where it is declared or in the constructor.',
  2565: 'Give the field a value first.',
  2673: 'Use the static method that makes one.',
  6054: 'Check the path of the import; the runtime is imported from "nothread/guest".',
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
  return errors.filter(
    ({ code, message }) => code !== 2304 || !missing.some((name) => message.includes(`'${name}'`)),
  )
}

function placedDiagnostic(message: AscMessage, { file, text, edited }: UserFile): Diagnostic {
  const start = edited.originalOffset(message.start)
  const end = Math.max(edited.originalOffset(Math.max(message.end - 1, message.start)) + 1, start)
  // The rewrite of await puts the call of getResult behind the operand.
  if (/^Property 'getResult' does not/.test(message.message)) {
    const keyword = text.lastIndexOf('await', start)
    return diagnosticAt(file, text, { start: keyword, end: keyword + 5 }, awaitOfOther)
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

function describe(message: AscMessage): { cause: string; remedy: string } {
  const shown = shorterNames.reduce(
    (text, [long, short]) => text.replace(long, short),
    message.message,
  )
  const cause = sentence(shown)
  return { cause, remedy: remedyOf(message, cause) }
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
  if (code === 2339 && /on type 'Promise</.test(cause)) {
    return 'Write (await …) before the member, to get the result first.'
  }
  return remedies[code] ?? 'Change the program at the mark.'
}

function byPlace(a: Diagnostic, b: Diagnostic): number {
  return a.file < b.file ? -1 : a.file > b.file ? 1 : a.line - b.line || a.column - b.column
}

function isFirstOfPlace(diagnostic: Diagnostic, index: number, all: Diagnostic[]): boolean {
  const before = all[index - 1]
  return index === 0 || before.file !== diagnostic.file || before.line !== diagnostic.line
}

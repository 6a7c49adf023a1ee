import { expect, test } from 'vitest'
import { writeImage } from '../../host/toolchain/index.ts'
import { compileText } from './programs.ts'

/** A program with something of everything that moves what stands behind it: text, functions, variables, classes, function values. */
interface Parts {
  text?: string
  functions?: number
  variables?: number
  classes?: number
  values?: number
  awaits?: number
}

const times = (count: number, part: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => part(index)).join('')

function program({
  text = '',
  functions = 1,
  variables = 1,
  classes = 1,
  values = 1,
  awaits = 1,
}: Parts) {
  return `import { console, sleep } from 'nothread/guest'
${times(variables, (n) => `let variable${n}: i64 = ${n}\n`)}
${times(classes, (n) => `class Item${n} { constructor(public name: string, public value: i32) {} }\n`)}
${times(functions, (n) => `function more${n}(value: i32): i32 { variable0 += value; return value * ${n} }\n`)}
async function work(count: i32): Promise<i32> {
  const items: Item0[] = []
  ${times(awaits, (n) => `await sleep(${n + 1})\n`)}
  for (let i = 0; i < count; i++) items.push(new Item0(\`${text} \${i}\`, more0(i)))
  ${times(values, (n) => `items.sort((a, b) => a.value - b.value + ${n})\n`)}
  return items.length
}
export async function main(): Promise<void> { console.log(\`\${await work(3)} ${text}\`) }`
}

const edits: Parts[] = [
  {},
  { text: 'longer than before', functions: 3 },
  { variables: 4, text: 'x', awaits: 2 },
  { classes: 3, values: 3 },
]

test('a program that was edited becomes what it becomes without what was compiled before', async () => {
  for (const parts of edits) {
    const text = program(parts)
    const again = await compileText(text)
    // Whoever looks at the passes makes them all run.
    const anew = await compileText(text, { dump: () => undefined })
    const [elf, expected] = [again, anew].map(({ image }) => Buffer.from(writeImage(image)))
    expect(elf.equals(expected), JSON.stringify(parts)).toBe(true)
  }
})

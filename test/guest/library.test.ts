/** The dialect's standard library on the emulated CPU, beside the same computation by the host. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { runInNewContext } from 'node:vm'
import ts from 'typescript'
import { expect, test } from 'vitest'
import { runText } from './programs.ts'

const program = `
import { millisecond, print, sleep } from 'nothread/guest'

export async function main(): Promise<void> {
  const list = [5, 3, 9, 1, 7]
  list.sort((a, b) => a - b)
  print(list.join(','))
  print(list.map<i32>((x) => x * x).filter((x) => x > 10).reduce((sum, x) => sum + x, 0))
  print(list.slice(1, 3).concat([40]).reverse().indexOf(40))
  const map = new Map<string, i32>()
  map.set('one', 1); map.set('two', 2); map.delete('one'); map.set('three', 3)
  print(map.keys().join('+') + ' ' + map.size.toString() + ' ' + map.has('one').toString())
  const set = new Set<i32>()
  for (let i = 0; i < 100; i++) set.add(i % 7)
  print(set.size)
  const text = ' Grüße, world '
  print(text.trim().toUpperCase().replaceAll('O', '0').split(', ').join('|'))
  print('abc'.padStart(5, '*') + 'x'.repeat(3) + 'hello'.substring(1, 3) + 'hello'.charCodeAt(4).toString())
  const bytes = Uint8Array.wrap(String.UTF8.encode('ü€'))
  print(bytes.join(' '))
  const doubles = new Float64Array(3)
  doubles[0] = 0.1; doubles[1] = 0.2; doubles[2] = doubles[0] + doubles[1]
  print(doubles[2]); print(Math.sqrt(2.0)); print(Math.sin(1.0)); print(Math.atan2(1.0, -2.0))
  print(parseInt('ff', 16)); print(parseFloat('-2.5e3'))
  print((-7 >> 1).toString() + ' ' + (<u32>-7 >>> 28).toString() + ' ' + (7 / 2).toString())
  const before = Date.now()
  await sleep(5 * millisecond)
  print(Date.now() - before)
}`

test('arrays, maps, sets, text, typed arrays, Math and Date do what they do elsewhere', async () => {
  const { report, text } = await runText(program)
  expect(report).toMatchObject({ stopReason: 'exit', exitCode: 0 })
  const numbers = [1, 3, 5, 7, 9]
  expect(text.trimEnd().split('\n')).toEqual(
    [
      numbers.join(','),
      String(
        numbers
          .map((x) => x * x)
          .filter((x) => x > 10)
          .reduce((sum, x) => sum + x, 0),
      ),
      '0',
      'two+three 2 false',
      '7',
      'GRÜSSE|W0RLD',
      '**abcxxxel111',
      [...new TextEncoder().encode('ü€')].join(' '),
      0.1 + 0.2,
      Math.SQRT2,
      Math.sin(1),
      Math.atan2(1, -2),
      '255',
      '-2500',
      '-4 15 3',
      '5',
    ].map(String),
  )
})

/** What a guest program prints when the host runs it as JavaScript. */
function runAsJavaScript(text: string): string[] {
  const compilerOptions = { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022 }
  const { outputText } = ts.transpileModule(text, { compilerOptions })
  const lines: string[] = []
  const exports = {} as { main(): void }
  const require = () => ({ print: (line: string) => lines.push(line) })
  runInNewContext(outputText, { exports, require })
  exports.main()
  return lines
}

test('method by method, a program prints the same here and as JavaScript', async () => {
  const text = readFileSync(join(import.meta.dirname, 'fixtures/library.ts'), 'utf8')
  const expected = runAsJavaScript(text)
  expect(expected.length).toBeGreaterThan(100)
  const { text: printed } = await runText(text)
  expect(printed.trimEnd().split('\n')).toEqual(expected)
})

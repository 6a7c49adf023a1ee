/** Texts of floating-point numbers and back, beside the host's own: the same characters, the same bits. */
import { expect, test } from 'vitest'
import { runText } from './programs.ts'

const count = 400

/** What 64-bit xorshift gives from 1 on, as numbers, in three ranges: any, near 1, and with few decimal places. */
function numbers(): number[] {
  const view = new DataView(new ArrayBuffer(8))
  let state = 1n
  return Array.from({ length: count }, (_, index) => {
    for (const shift of [13n, -7n, 17n]) {
      state ^= BigInt.asUintN(64, shift > 0n ? state << shift : state >> -shift)
    }
    view.setBigUint64(0, state)
    if (index % 3 === 1) view.setUint16(0, 0x3fe0 | (view.getUint16(0) & 0x1f))
    const value = view.getFloat64(0)
    return index % 3 === 2 ? Number(state % 1_000_000n) / 1000 : value
  })
}

/** Numbers that writers get wrong: where 17 digits are needed or just not, limits, powers of two, halves. */
const hard = [
  ...['5e-324', '2.2250738585072014e-308', '2.225073858507201e-308', '1.7976931348623157e308'],
  ...['9007199254740993', '9007199254740992', '5e-320', '1e23', '9.5e-7', '1e21', '1e-7'],
  ...['0.1', '0.30000000000000004', '4.35', '0.000001', '1.2345678901234568e20', '2e-323'],
  ...['6.9294956446009195e15', '2.4354910361571e-310', '7.2057594037927933e16', '1.5e-5', '-0.5'],
]
const texts = [
  ...hard,
  ...['1.7976931348623158e308', '1.7976931348623159e308', '2.4703282292062327e-324', '4e-324'],
  ...['9007199254740992.99999999999999999999', '1' + '0'.repeat(330), `0.${'0'.repeat(330)}1`],
  ...[
    '179769313486231580793728971405301e276',
    '.5',
    '5.',
    '-1e-5',
    '+3',
    ' \t7x',
    '1e',
    '1e+',
    '-',
  ],
  ...['Infinity', '-Infinityx', 'infinity', '', '.', '1..2', '1e400', '-1e400', '1e-400', '0x10'],
  ...['-0', '8.98846567431158e307', '1e99999999999', '0.000e5', '12345678901234567890123'],
]

const program = `
import { print } from 'nothread/guest'
const numbers: f64[] = [${hard.join(', ')}]
const texts: string[] = ${JSON.stringify(texts)}
let state: u64 = 1
function next(index: i32): f64 {
  state ^= state << 13; state ^= state >> 7; state ^= state << 17
  if (index % 3 == 2) return <f64>(state % 1_000_000) / 1000
  return reinterpret<f64>(index % 3 == 1 ? (state & 0x001f_ffff_ffff_ffff) | 0x3fe0_0000_0000_0000 : state)
}
export function main(): void {
  for (let index = 0; index < ${count}; index++) numbers.push(next(index))
  for (const value of numbers) print(value)
  let wrong = 0
  for (const value of numbers) {
    const read = parseFloat(value.toString())
    if (reinterpret<u64>(read) != reinterpret<u64>(value) && !(isNaN(read) && isNaN(value))) wrong++
  }
  print(wrong)
  for (const text of texts) print(reinterpret<u64>(parseFloat(text)))
}`

const bitsOf = (text: string): string => {
  const view = new DataView(new ArrayBuffer(8))
  view.setFloat64(0, parseFloat(text))
  return String(view.getBigUint64(0))
}

test('numbers have the texts that JavaScript gives them, and texts the bits', async () => {
  const { report, text } = await runText(program)
  expect(report, text.slice(-900)).toMatchObject({ stopReason: 'exit', exitCode: 0 })
  const lines = text.trimEnd().split('\n')
  const values = [...hard.map(Number), ...numbers()]
  expect(lines.slice(0, values.length)).toEqual(values.map(String))
  expect(lines[values.length]).toBe('0')
  expect(lines.slice(values.length + 1)).toEqual(texts.map(bitsOf))
})

const formatted = [
  ...[
    '0',
    '1',
    '-1.5',
    '2.5',
    '0.5',
    '1.005',
    '1.45',
    '0.000001234',
    '123456.789',
    '1e21',
    '-1e-7',
  ],
  ...['1.7976931348623157e308', '5e-324', '0.1', '255.5', '99.995', '9.5', '4503599627370497.5'],
]
const formats = [
  ...['toFixed()', 'toFixed(0)', 'toFixed(2)', 'toFixed(20)', 'toPrecision(1)', 'toPrecision(3)'],
  ...['toPrecision(21)', 'toExponential()', 'toExponential(0)', 'toExponential(4)'],
]
const bases = ['toString(2)', 'toString(16)', 'toString(36)', 'toString(3)']
/** In other bases than ten the last digits of these are the implementation's choice (ECMAScript 6.1.6.1.20). */
const great = 2 ** 53

test('toFixed, toPrecision, toExponential and toString(radix) give what JavaScript gives', async () => {
  const { report, text } = await runText(`
    import { print } from 'nothread/guest'
    export function main(): void {
      const numbers: f64[] = [${formatted.join(', ')}, NaN, Infinity, -Infinity]
      for (const value of numbers) {
        ${[...formats, ...bases].map((call) => `print(value.${call})`).join('\n')}
      }
      print((7).toFixed(2))
      print((<f32>0.1).toFixed(10))
      try { print((1.5).toFixed(101)) } catch (error) { print(error instanceof RangeError) }
    }`)
  expect(report, text.slice(-900)).toMatchObject({ stopReason: 'exit', exitCode: 0 })
  const values = [...formatted.map(Number), NaN, Infinity, -Infinity]
  const call = (value: number, format: string): string => {
    const [, name, argument] = /^(\w+)\((\d*)\)$/.exec(format) ?? []
    const method = Reflect.get(Number.prototype, name) as (digits?: number) => string
    return argument === '' ? method.call(value) : method.call(value, Number(argument))
  }
  const isGreat = (value: number): boolean => Math.abs(value) > great && isFinite(value)
  const expected = values.flatMap((value) => [
    ...formats.map((format) => call(value, format)),
    ...bases.map((base) => (isGreat(value) ? expect.any(String) : call(value, base)) as string),
  ])
  expect(text.trimEnd().split('\n')).toEqual([...expected, '7.00', '0.1000000015', 'true'])
})

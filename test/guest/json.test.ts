/** JSON on the emulated CPU beside the host's: the same texts are taken and refused, the same values read, the same texts written. */
import { describe, expect, test } from 'vitest'
import { randomNumbers } from '../fuzz.ts'
import { runText } from './programs.ts'

const accepted = [
  ...[
    'null',
    'true',
    'false',
    '0',
    '-0',
    '""',
    '[]',
    '{}',
    ' \t\n\r[ ]\n',
    '[[[[]]]]',
    '[ 1 , 2 ]',
  ],
  ...['{"a":1}', '{ "a" : { "b" : [ null ] } }', '{"a":1,"a":2}', '{"":0}', '{"a\\u0000b":1}'],
  ...[
    '"\\"\\\\\\/\\b\\f\\n\\r\\t"',
    '"\\u00e9\\u20AC\\uD834\\uDD1E"',
    '"é€𝄞"',
    '"\\ud800"',
    '"\\uDfAA"',
  ],
  ...['"\u007f"', '"\u2028\u2029"', '"/"', '"\\u0000"', '"\\u001f"', '"a\\u000ab"', '"\uffff"'],
  ...[
    '1',
    '-1',
    '10',
    '1.5',
    '-1.25e2',
    '1E5',
    '1e+5',
    '1e-5',
    '0e0',
    '0.0',
    '-0.0',
    '1E400',
    '-1e999',
  ],
  ...['123456789012345678901234567890', '1e-400', '0.000001', '1e21', '1e20', '5e-324'],
]

const refused = [
  ...['', ' ', 'nul', 'nulll', 'True', 'undefined', 'NaN', 'Infinity', '-Infinity', "'a'", 'a'],
  ...[
    '[',
    ']',
    '{',
    '}',
    '[1',
    '[1,',
    '[1,]',
    '[,1]',
    '[,]',
    '[1,,2]',
    '[1 2]',
    '[1}',
    '{1}',
    '[1]]',
  ],
  ...[
    '{"a"',
    '{"a":',
    '{"a":1',
    '{"a":1,',
    '{"a":1,}',
    '{,}',
    '{"a" 1}',
    '{"a":}',
    '{a:1}',
    '{1:1}',
  ],
  ...[
    '{"a":1 "b":2}',
    '{"a":1]',
    '{"a":1}}',
    '{"a":1}x',
    '[] []',
    '{}#',
    '{"a"::1}',
    '{:1}',
    '{null:1}',
  ],
  ...[
    '01',
    '-01',
    '-',
    '+1',
    '.5',
    '1.',
    '-.5',
    '1.e5',
    '1e',
    '1e+',
    '1e-',
    '1e5.5',
    '0x10',
    '1_000',
    '--1',
  ],
  ...[
    '"',
    '"a',
    '"\\',
    '"\\"',
    '"\\x41"',
    '"\\u12"',
    '"\\u12G4"',
    '"\\U0041"',
    '"\\a"',
    '"\\u"',
    '"\\0"',
  ],
  ...[
    '"\n"',
    '"\t"',
    '"\u0000"',
    '"\u001f"',
    '\u00a0[]',
    '\ufeff[]',
    '\v[]',
    '[\u000c]',
    '/* */1',
    '1 // a',
  ],
  ...[
    '[1.2.3]',
    '[1e1e1]',
    '[-]',
    '[- 1]',
    '[1 .5]',
    '["a",\n4\n,1,',
    '[\u0000]',
    '{"a":"b"}/**/',
    '"a"b',
  ],
]

const reader = `
import { print } from 'nothread/guest'
function show(text: string): void {
  try {
    print('ok ' + JSON.stringify(JSON.parse(text)))
  } catch (error) {
    print('no ' + (error as JSON.ParseError).position.toString())
  }
}
`

/** What the host says of a text: its own form of it, or null. */
function formOf(text: string): string | null {
  try {
    return JSON.stringify(JSON.parse(text))
  } catch {
    return null
  }
}

/** A text as it is written in a program, all in ASCII. */
function literal(text: string): string {
  const escape = (unit: string) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`
  return JSON.stringify(text).replace(/[^ -~]/g, escape)
}

async function show(texts: string[]): Promise<string[]> {
  const calls = texts.map((text) => `  show(${literal(text)})\n`)
  const { text } = await runText(`${reader}export function main(): void {\n${calls.join('')}}`)
  return text.trimEnd().split('\n')
}

/** Programs that print a number's 64 bits for each text. */
async function bitsOf(numbers: string[]): Promise<string[]> {
  const { text } = await runText(`import { print } from 'nothread/guest'
    export function main(): void {
      const list = JSON.parse(${JSON.stringify(`[${numbers.join(',')}]`)}).items
      for (let i = 0; i < list.length; i++) print(reinterpret<u64>(list[i].number))
    }`)
  return text.trimEnd().split('\n')
}

function doubleBits(value: number): string {
  return String(new BigUint64Array(new Float64Array([value]).buffer)[0])
}

/** Numbers of all sizes, and those that lie exactly or nearly between two others. */
function numberTexts(): string[] {
  const random = randomNumbers(5)
  const bits = new Uint32Array(2)
  const texts = ['9007199254740993', '9007199254740992.999', '2.2250738585072011e-308', '4.9e-324']
  texts.push('2.4703282292062327208e-324', '2.47032822920623272e-324', '1.7976931348623158e308')
  texts.push('1.7976931348623159e308', '0.500000000000000166533453693773481063544750213623046875')
  texts.push(`${'1'.repeat(400)}e-390`, `0.${'0'.repeat(300)}1`, '7.2057594037927933e16')
  while (texts.length < 120) {
    bits.set([0, 0].map(() => random(0x10000) * 0x10000 + random(0x10000)))
    const value = new Float64Array(bits.buffer)[0]
    if (Number.isFinite(value)) texts.push(value.toExponential(random(21)))
  }
  return texts
}

describe('reading', () => {
  test('takes what is JSON', async () => {
    const expected = accepted.map((text) => `ok ${formOf(text)}`)
    // JavaScript writes infinity, which a text may mean, as null; so do we.
    expect(await show(accepted)).toEqual(expected)
  })

  test('refuses what is not, as the host does', async () => {
    expect(refused.filter((text) => formOf(text) !== null)).toEqual([])
    const lines = await show(refused)
    expect(refused.filter((_, index) => !lines[index].startsWith('no '))).toEqual([])
  })

  test('gives the nearest number', async () => {
    const texts = numberTexts()
    expect(await bitsOf(texts)).toEqual(texts.map((text) => doubleBits(Number(text))))
  })

  test('is not stopped by depth, and names the place of an error', async () => {
    const { report, text } = await runText(`import { print } from 'nothread/guest'
      export function main(): void {
        print(JSON.parse('['.repeat(9000) + ']'.repeat(9000)).toString().length)
        try { JSON.parse('['.repeat(20000)) } catch (error) { print(error.message) }
        try { JSON.parse('{"a": 1,\\n  "b" 2}') } catch (error) {
          const place = error as JSON.ParseError
          print(place.toString() + ' ' + [place.position, place.line, place.column].join(' '))
        }
      }`)
    expect(report).toMatchObject({ stopReason: 'exit', exitCode: 0 })
    expect(text.split('\n')).toEqual([
      '18000',
      'The text ends at line 1, column 20001 of the JSON text',
      'SyntaxError: Unexpected "2" at line 2, column 7 of the JSON text 15 2 7',
      '',
    ])
  })
})

describe('writing', () => {
  test('of lists, maps, classes and what has no JSON', async () => {
    const { text } = await runText(`import { print } from 'nothread/guest'
      class Point {
        constructor(public x: i32, public y: f64) {}
        toJSON(): JSON.Value { return JSON.object().set('x', this.x).set('y', this.y) }
      }
      export function main(): void {
        const map = new Map<string, Point[]>()
        map.set('p', [new Point(1, 0.5), new Point(-2, 1e300)])
        print(JSON.stringify(map))
        print(JSON.stringify([true, false]) + JSON.stringify<u8>(200) + JSON.stringify<i64>(-5))
        print(JSON.stringify(['a', '"\\\\', '\\u0001\\b\\v\\n\\x7f', 'é𝄞\\ud800']))
        print(JSON.stringify([NaN, Infinity, -0.0, 1e21, 1e-7, 123456]))
        print(JSON.stringify<Point | null>(null) + JSON.stringify([<Point | null>null, new Point(0, 0)]))
        print(JSON.stringify(JSON.array().push('x').push<i32[]>([]).push(JSON.object()), 2))
      }`)
    const points = [
      { x: 1, y: 0.5 },
      { x: -2, y: 1e300 },
    ]
    const lines = [
      JSON.stringify({ p: points }),
      '[true,false]200-5',
      JSON.stringify(['a', '"\\', '\u0001\b\v\n\x7f', 'é𝄞\ud800']),
      JSON.stringify([NaN, Infinity, -0, 1e21, 1e-7, 123456]),
      'null[null,{"x":0,"y":0}]',
      JSON.stringify(['x', [], {}], null, 2),
    ]
    expect(text).toBe(`${lines.join('\n')}\n`)
  })

  test('a value that contains itself is refused', async () => {
    const { text } = await runText(`import { print } from 'nothread/guest'
      export function main(): void {
        const list = JSON.array()
        list.push(list)
        try { list.toString() } catch (error) { print(error.message) }
      }`)
    expect(text).toBe('A JSON value is nested too deeply; it may contain itself\n')
  })
})

test('a value of another kind, and one that is missing, can be caught', async () => {
  const { text } = await runText(`import { print } from 'nothread/guest'
    function attempt(call: () => void): void {
      try { call() } catch (error) { print(error.toString()) }
    }
    export function main(): void {
      const value = JSON.parse('{"list": [1, "two"], "on": true}')
      print(value.get('list').at(1).string + value.get('on').boolean.toString() + value.keys().join())
      print(value.find('off') == null)
      attempt(() => { value.get('off') })
      attempt(() => { value.get('list').at(2) })
      attempt(() => { value.get('list').number })
    }`)
  expect(text.split('\n')).toEqual([
    'twotruelist,on',
    'true',
    'RangeError: This JSON object has no member "off"',
    'RangeError: This JSON array has no value 2, only 2',
    'TypeError: This JSON value is of kind array, not number',
    '',
  ])
})

/**
 * The text of the file that asc compiles: it starts the runtime with the program's `main` and calls the functions that the
 * host spawns. Numbers are passed as words; a 64-bit number takes two, low word first.
 */
import { checkFunction } from './checked.ts'
import type { ProgramExports, SpawnFunction, SpawnType } from './exports.ts'

/** Entry source for the program in the file imported as `specifier`. */
export function entrySource(specifier: string, program: ProgramExports, checked = false): string {
  const { main } = program
  const spawns = main && !main.async ? [] : program.spawns
  const names = [
    ...(main ? ['main as __main'] : []),
    ...spawns.map(({ name }, index) => `${name} as __spawn${index}`),
  ]
  return [
    `import { ${names.join(', ')} } from ${JSON.stringify(specifier)};`,
    'import { runTasks, runThread } from "nothread/guest/program";',
    ...['closure', 'json', 'sequences', 'unwind'].map((name) => `import "nothread/guest/${name}";`),
    'export { __co_alloc } from "nothread/guest/coroutine";',
    'export { __heap_base };',
    ...(checked ? [`export { ${checkFunction} } from "nothread/guest/checked";`] : []),
    'export { liveTasks as __tasks } from "nothread/guest/liveTasks";',
    ...(main && !main.async ? [runThread(main.result)] : runTasks(program)),
    '',
  ].join('\n')
}

/** A program that begins with blocking code makes no completion port. */
function runThread(result: SpawnType): string {
  const body = result === 'void' ? '__main(); return 0;' : 'return <i32>__main();'
  return `runThread((): i32 => { ${body} });`
}

function runTasks({ main, spawns }: ProgramExports): string[] {
  const task = main ? 'changetype<usize>(__main())' : '0'
  const hasCode = main !== undefined && main.result !== 'void'
  return [
    `function __start(): usize { return ${task}; }`,
    invokeSource(spawns),
    `runTasks(__start, ${hasCode}, __invoke, ${spawns.length > 0});`,
  ]
}

function invokeSource(spawns: SpawnFunction[]): string {
  const cases = spawns.map((spawn, index) => {
    let offset = 0
    const values = spawn.parameters.map((type) => {
      const value = argument(type, offset)
      offset += is64(type) ? 8 : 4
      return value
    })
    return `    case ${index}: return changetype<usize>(__spawn${index}(${values.join(', ')}));`
  })
  return [
    'function __invoke(fn: u32, words: usize): usize {',
    '  switch (fn) {',
    ...cases,
    '  }',
    '  return 0;',
    '}',
  ].join('\n')
}

function argument(type: SpawnType, offset: number): string {
  if (is64(type)) {
    return `<${type}>(<u64>load<u32>(words, ${offset}) | (<u64>load<u32>(words, ${offset + 4}) << 32))`
  }
  const word = `load<u32>(words, ${offset})`
  return type === 'bool' ? `${word} != 0` : `<${type}>${word}`
}

function is64(type: SpawnType): boolean {
  return type === 'i64' || type === 'u64'
}

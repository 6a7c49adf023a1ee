/** The files of a new project, as `nothread init` writes them. */

const program = `import { console, microsecond, sleep, whenAll } from 'nothread/guest'

async function greet(name: string, delay: i64): Promise<i32> {
  await sleep(delay)
  console.log(\`hello, \${name}\`)
  return name.length
}

export async function main(): Promise<void> {
  await whenAll([greet('second', 200 * microsecond), greet('first', 100 * microsecond)])
}
`

const programConfig = `{
  "extends": "nothread/guest/tsconfig.json",
  "include": ["*.ts"]
}
`

const test = `import { Machine } from 'nothread'
import { readProgram } from 'nothread/node'
import { expect, test } from 'vitest'

test('the greetings come in the order of their delays', async () => {
  const machine = await Machine.create({ seed: 1 })
  await machine.load(await readProgram('main.ts'))
  const report = await machine.run({ until: '1s' })
  expect(report).toMatchObject({ stopReason: 'exit', exitCode: 0 })
  expect(machine.console.text).toBe('hello, first\\nhello, second\\n')
})
`

const testConfig = `{
  "compilerOptions": {
    "target": "ES2022",
    "module": "NodeNext",
    "moduleResolution": "NodeNext",
    "strict": true,
    "skipLibCheck": true,
    "noEmit": true
  },
  "include": ["*.ts"]
}
`

const testRunnerConfig = `import { defineConfig } from 'vitest/config'

// The compiler takes a few seconds for the first program.
export default defineConfig({ test: { testTimeout: 60_000 } })
`

/** Versions that the tools of a project need. */
const tools = { typescript: '~5.9', vitest: '~4.1' }

/** File names and texts; \`nothread\` is what npm installs the package from. */
export function projectFiles(name: string, nothread: string): Record<string, string> {
  const manifest = {
    name,
    private: true,
    type: 'module',
    scripts: {
      start: 'nothread run main.ts',
      check: 'tsc && tsc -p test',
      test: 'vitest run',
    },
    devDependencies: { nothread, ...tools },
  }
  return {
    'package.json': `${JSON.stringify(manifest, null, 2)}\n`,
    'tsconfig.json': programConfig,
    'main.ts': program,
    'vitest.config.mts': testRunnerConfig,
    'test/tsconfig.json': testConfig,
    'test/main.test.ts': test,
    '.gitignore': 'node_modules/\nout/\n',
  }
}

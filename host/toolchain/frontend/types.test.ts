import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'
import { expect, test } from 'vitest'

const guest = fileURLToPath(new URL('../../../assembly/guest/', import.meta.url))

/** Errors of TypeScript in a file with these lines, checked with the declarations for guest programs. */
function errorsOf(program: ts.Program): string[] {
  return ts
    .getPreEmitDiagnostics(program)
    .map(
      ({ file, messageText }) =>
        `${file?.fileName}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`,
    )
}

function readConfig(): ts.ParsedCommandLine {
  const path = `${guest}programs/tsconfig.json`
  const { config } = ts.readConfigFile(path, ts.sys.readFile) as { config: unknown }
  return ts.parseJsonConfigFileContent(config, ts.sys, `${guest}programs`)
}

test('TypeScript accepts every shipped program', () => {
  const { fileNames, options } = readConfig()
  expect(fileNames.some((name) => name.endsWith('udp-echo.ts'))).toBe(true)
  expect(errorsOf(ts.createProgram(fileNames, options))).toEqual([])
})

test('and every program that shows a part of the language', () => {
  const { fileNames, options } = readConfig()
  const folder = fileURLToPath(new URL('../../../test/guest/fixtures/right/', import.meta.url))
  const programs = readdirSync(folder).map((file) => folder + file)
  const declarations = fileNames.filter((name) => name.endsWith('.d.ts'))
  expect(programs.length).toBeGreaterThanOrEqual(40)
  expect(errorsOf(ts.createProgram([...declarations, ...programs], options))).toEqual([])
})

test('and finds a wrong type in one', () => {
  const { fileNames, options } = readConfig()
  const host = ts.createCompilerHost(options)
  const read = host.readFile
  const getSourceFile = host.getSourceFile
  const wrong = `${guest}programs/wrong.ts`
  const text = `import { sleep } from 'nothread/guest'\nexport async function f(): Promise<i32> {\n  return await sleep(1)\n}\n`
  host.readFile = (name) => (name === wrong ? text : read(name))
  host.getSourceFile = (name, language) =>
    name === wrong ? ts.createSourceFile(name, text, language) : getSourceFile(name, language)
  const errors = errorsOf(ts.createProgram([...fileNames, wrong], options, host))
  expect(errors).toEqual([`${wrong}: Type 'void' is not assignable to type 'number'.`])
})

test('the declarations have the names that the runtime exports', () => {
  const runtime = parse('runtime/index.ts')
    .statements.filter(ts.isExportDeclaration)
    .flatMap(({ exportClause }) =>
      exportClause && ts.isNamedExports(exportClause) ? [...exportClause.elements] : [],
    )
    .map(({ name }) => name.text)
  const [module] = parse('types/guest.d.ts').statements.filter(ts.isModuleDeclaration)
  const body = module.body && ts.isModuleBlock(module.body) ? [...module.body.statements] : []
  const declared = body.flatMap((statement) => {
    if (ts.isVariableStatement(statement)) {
      return statement.declarationList.declarations.map(({ name }) => name.getText())
    }
    const { name } = statement as ts.Statement & { name?: ts.Identifier }
    return name ? [name.text] : []
  })
  expect(declared.sort()).toEqual(runtime.sort())
})

function parse(path: string): ts.SourceFile {
  const text = readFileSync(guest + path, 'utf8')
  return ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true)
}

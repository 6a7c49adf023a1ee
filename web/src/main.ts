import { proxy } from 'comlink'
import type { Problem, RunListener, RunOutcome } from '../../host/web/protocol.ts'
import { connect } from './connect.ts'
import { byId, html } from './dom.ts'
import { Editor } from './editor.ts'
import { duration } from './format.ts'
import { Report, describeEnd } from './report.ts'
import { sampleSource, samples } from './samples.ts'
import { Settings } from './settings.ts'
import { decodeShared, encodeShared } from './share.ts'
import { initTheme } from './theme.ts'
import { welcome } from './welcome.ts'
import './style.css'

/** The page: editor and configuration on one side, the run's result on the other, the machine in a worker between them. */

const CLOCK_HZ = 1e9

const machine = connect()
const sampleSelect = byId<HTMLSelectElement>('sample')
const runButton = byId<HTMLButtonElement>('run')
const stopButton = byId<HTMLButtonElement>('stop')
const status = byId('status')
const progress = byId('progress')
const consoleText = byId('console')
const problemsPanel = byId('problems')

const settings = new Settings(byId<HTMLFormElement>('settings'), forgetSender)
const editor = new Editor({
  parent: byId('editor'),
  onRun: () => void run(),
  onChange: forgetSender,
})
const report = new Report(byId('report'), machine, { onLine: (line) => editor.reveal(line, 1) })

/** State hash that came with the link, until something is changed. */
let senderHash: string | undefined
let lastHash: string | undefined

function forgetSender(): void {
  senderHash = undefined
  lastHash = undefined
}

function say(text: string, kind: 'plain' | 'busy' | 'bad' = 'plain'): void {
  status.textContent = text
  status.dataset.kind = kind
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

function setRunning(running: boolean): void {
  runButton.disabled = running
  stopButton.disabled = !running
  document.body.classList.toggle('running', running)
}

/** Messages of the worker may overtake its result, so a listener falls silent when its run is over. */
function listener(over: AbortSignal): RunListener {
  const unlessOver =
    <T>(act: (value: T) => void) =>
    (value: T) => {
      if (!over.aborted) act(value)
    }
  return {
    phase: unlessOver((phase: string) =>
      say(`${phase[0].toUpperCase()}${phase.slice(1)} …`, 'busy'),
    ),
    progress: unlessOver((cycle: number) => {
      progress.textContent = `${duration(cycle, CLOCK_HZ)} of emulated time`
    }),
    console: (text) => consoleText.append(text),
  }
}

async function run(): Promise<void> {
  if (runButton.disabled || !settings.valid()) return
  setRunning(true)
  consoleText.textContent = ''
  showProblems([])
  const expected = senderHash
  const over = new AbortController()
  try {
    const outcome = await machine.run(
      editor.source,
      fileName(),
      settings.value,
      proxy(listener(over.signal)),
    )
    over.abort()
    await showOutcome(outcome, expected)
  } catch (error) {
    say(`The machine's worker failed: ${messageOf(error)}`, 'bad')
  } finally {
    over.abort()
    progress.textContent = ''
    setRunning(false)
  }
}

async function showOutcome(outcome: RunOutcome, expected: string | undefined): Promise<void> {
  if (outcome.kind === 'failed') return say(outcome.message, 'bad')
  if (outcome.kind === 'stopped') return say('Stopped.')
  showProblems(outcome.problems)
  if (outcome.kind === 'rejected') {
    const errors = outcome.problems.filter(({ severity }) => severity === 'error').length
    return say(
      `Not run: the compiler found ${errors === 1 ? 'an error' : `${errors} errors`}.`,
      'bad',
    )
  }
  const { summary } = outcome
  lastHash = summary.stateHash
  byId('welcome').hidden = true
  byId('report').hidden = false
  await report.show(summary, expected)
  editor.showAwaits(summary.awaits, summary.clockHz)
  say(describeEnd(summary), summary.stopReason === 'fault' ? 'bad' : 'plain')
}

const fileName = () => `${sampleSelect.value}.ts`

/** Where a problem is: a way there, in the program itself; a name, in a file of the runtime. */
function placeOf({ file, line, column }: Problem): HTMLElement {
  const name = `${file}:${line}:${column}`
  if (file !== fileName()) return html('code', {}, name)
  const button = html('button', { type: 'button', class: 'link' }, name)
  button.addEventListener('click', () => {
    editor.reveal(line, column)
    editor.focus()
  })
  return button
}

function showProblems(problems: readonly Problem[]): void {
  const own = problems.filter(({ file, line }) => file === fileName() && line > 0)
  editor.showProblems(own)
  if (own.length > 0) editor.reveal(own[0].line, own[0].column)
  problemsPanel.hidden = problems.length === 0
  const items = problems.map((problem) => {
    const place = problem.line === 0 ? [] : [placeOf(problem)]
    const message = html('span', {}, problem.message)
    return html(
      'li',
      { class: problem.severity },
      html('strong', {}, problem.severity),
      ...place,
      message,
    )
  })
  problemsPanel.replaceChildren(html('ul', {}, ...items))
}

function chooseSample(name: string): void {
  const sample = samples.find((candidate) => candidate.name === name)
  if (!sample) return
  sampleSelect.value = name
  editor.source = sampleSource(name)
  const clients = sample.port === 0 ? 0 : settings.value.clients || 64
  settings.value = { ...settings.value, port: sample.port, clients, disk: sample.disk === true }
  showProblems([])
}

/** The visitor's own text is asked for before it is replaced. */
function edited(): boolean {
  return !samples.some(({ name }) => sampleSource(name) === editor.source)
}

async function share(): Promise<void> {
  const fragment = await encodeShared({
    sample: sampleSelect.value,
    source: editor.source,
    configuration: settings.value,
    stateHash: lastHash,
  })
  history.replaceState(null, '', fragment)
  try {
    await navigator.clipboard.writeText(location.href)
    say('The link is on the clipboard; program and configuration are in it.')
  } catch {
    say('The link is in the address bar; program and configuration are in it.')
  }
}

async function loadFragment(): Promise<void> {
  try {
    const shared = await decodeShared(location.hash)
    if (!shared) return
    const known = samples.some(({ name }) => name === shared.sample)
    sampleSelect.value = known ? shared.sample : samples[0].name
    editor.source = shared.source
    settings.value = shared.configuration
    senderHash = shared.stateHash
    say('This program came with the link. Press Run.')
  } catch (error) {
    say(messageOf(error), 'bad')
  }
}

function start(): void {
  sampleSelect.append(
    ...samples.map(({ name, note }) => html('option', { value: name }, `${name} (${note})`)),
  )
  chooseSample(samples[0].name)
  let chosen = sampleSelect.value
  sampleSelect.addEventListener('change', () => {
    if (edited() && !confirm('Replace your program by the sample?')) sampleSelect.value = chosen
    else chooseSample(sampleSelect.value)
    chosen = sampleSelect.value
  })
  byId('welcome').append(...welcome())
  if (navigator.platform.startsWith('Mac')) byId('run-keys').textContent = '⌘ Enter'
  initTheme(byId<HTMLButtonElement>('theme'))
  runButton.addEventListener('click', () => void run())
  stopButton.addEventListener('click', () => void machine.stop())
  byId('share').addEventListener('click', () => void share())
  document.addEventListener('keydown', (event) => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey) && !event.defaultPrevented)
      void run()
  })
  window.addEventListener('hashchange', () => void loadFragment())
  void loadFragment()
  machine.prepare().catch((error: unknown) => say(messageOf(error), 'bad'))
}

start()

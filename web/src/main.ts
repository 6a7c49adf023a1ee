import { proxy } from 'comlink'
import { defaultConfiguration } from '../../host/web/protocol.ts'
import type { RunConfiguration, RunListener, RunOutcome } from '../../host/web/protocol.ts'
import { connect } from './connect.ts'
import { byId } from './dom.ts'
import { Editor } from './editor.ts'
import { duration } from './format.ts'
import { Gallery } from './gallery.ts'
import { Problems } from './problems.ts'
import { Report, describeEnd } from './report.ts'
import { findSample, samples } from './samples.ts'
import type { Sample } from './samples.ts'
import { Settings } from './settings.ts'
import { decodeShared, encodeShared } from './share.ts'
import { initTheme } from './theme.ts'
import { Welcome } from './welcome.ts'
import './style/main.css'

/** The page: editor and configuration on one side, the run's result on the other, the machine in a worker between them. */

const CLOCK_HZ = 1e9

const machine = connect()
const runButton = byId<HTMLButtonElement>('run')
const stopButton = byId<HTMLButtonElement>('stop')
const chooseButton = byId<HTMLButtonElement>('choose')
const resetButton = byId<HTMLButtonElement>('reset')
const status = byId('status')
const progress = byId('progress')
const consoleText = byId('console')
/** In a narrow window the result is below the program (narrow.css). */
const oneColumn = matchMedia('(max-width: 1020px)')

const settings = new Settings(byId<HTMLFormElement>('settings'), changed)
const editor = new Editor({ parent: byId('editor'), onRun: () => void run(), onChange: changed })
const problems = new Problems(byId('problems'), editor)
const welcome = new Welcome(byId('welcome'))
const report = new Report(byId('report'), machine, { onLine: (line) => editor.reveal(line, 1) })

/** State hash that came with the link, until something is changed. */
let senderHash: string | undefined
let lastHash: string | undefined

/** Program and configuration as they came from the gallery or with a link. */
let given: { source: string; configuration: RunConfiguration }

const gallery = new Gallery({
  button: chooseButton,
  mayReplace: () => !edited() || confirm('Replace your program by another one?'),
  onChoose: chooseSample,
})

/** The visitor has changed program or configuration: hashes belong to what was there before. */
function changed(): void {
  senderHash = undefined
  lastHash = undefined
  resetButton.disabled = !differs()
}

/** Whether there is anything for Reset to undo. */
function differs(): boolean {
  return edited() || JSON.stringify(settings.value) !== JSON.stringify(given.configuration)
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
  chooseButton.disabled = running
  resetButton.disabled = running || !differs()
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
  if (oneColumn.matches) byId('result').scrollIntoView()
  consoleText.textContent = ''
  problems.show([], fileName())
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
  problems.show(outcome.problems, fileName())
  if (outcome.kind === 'rejected') {
    const errors = outcome.problems.filter(({ severity }) => severity === 'error').length
    return say(
      `Not run: the compiler found ${errors === 1 ? 'an error' : `${errors} errors`}.`,
      'bad',
    )
  }
  const { summary } = outcome
  lastHash = summary.stateHash
  welcome.hide()
  byId('report').hidden = false
  await report.show(summary, expected)
  editor.showAwaits(summary.awaits, summary.clockHz)
  say(describeEnd(summary), summary.stopReason === 'fault' ? 'bad' : 'plain')
}

const fileName = () => `${gallery.name}.ts`

/** Puts a program and its configuration in place, as it is and as Reset brings it back. */
function give(name: string, source: string, configuration: RunConfiguration): void {
  given = { source, configuration }
  gallery.name = name
  editor.source = source
  settings.value = configuration
  changed()
  problems.show([], fileName())
  consoleText.textContent = ''
  byId('report').hidden = true
  welcome.show(findSample(name))
  say('')
}

function chooseSample({ name, source, port, disk }: Sample): void {
  const clients = port === 0 ? 0 : settings.value.clients || defaultConfiguration.clients
  give(name, source, { ...settings.value, port, clients, disk })
  runButton.focus()
}

function reset(): void {
  if (edited() && !confirm('Undo all changes of the program?')) return
  give(gallery.name, given.source, given.configuration)
}

/** Whether the text is the visitor's own, who is asked before it is replaced. */
function edited(): boolean {
  return editor.source !== given.source
}

async function share(): Promise<void> {
  const fragment = await encodeShared({
    sample: gallery.name,
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
    const known = findSample(shared.sample) ?? samples[0]
    give(known.name, shared.source, shared.configuration)
    senderHash = shared.stateHash
    say('This program came with the link. Press Run.')
  } catch (error) {
    say(messageOf(error), 'bad')
  }
}

function start(): void {
  const [first] = samples
  give(first.name, first.source, { ...defaultConfiguration, port: first.port })
  if (navigator.platform.startsWith('Mac')) byId('run-keys').textContent = '⌘ Enter'
  initTheme(byId<HTMLButtonElement>('theme'))
  runButton.addEventListener('click', () => void run())
  stopButton.addEventListener('click', () => void machine.stop())
  resetButton.addEventListener('click', reset)
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

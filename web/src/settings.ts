import { defaultConfiguration } from '../../host/web/protocol.ts'
import type { RunConfiguration } from '../../host/web/protocol.ts'
import { html } from './dom.ts'

/** The configuration form. A field that cannot be read keeps the run from starting and says so itself. */

type Key = keyof RunConfiguration

interface Field {
  key: Key
  label: string
  /** Full sentence for assistive technology and the tooltip. */
  title: string
  /** Choices, or a range for a number, or a pattern for a text. */
  choices?: readonly string[]
  range?: [number, number]
  pattern?: string
  placeholder?: string
  /** It may be left empty. */
  optional?: boolean
}

/** More would not fit into the page's memory with every step of each recorded. */
const MOST_REQUESTS = 5000

const DURATION = '\\d+(\\.\\d+)?\\s*(s|ms|us|ns|cy)'

const fields: readonly Field[] = [
  {
    key: 'clients',
    label: 'Clients',
    title: 'Clients that ask at the same time, each with one request under way',
    range: [0, 256],
  },
  {
    key: 'requests',
    label: 'Requests',
    title: 'Requests of each client, one after the other',
    range: [1, 1000],
  },
  {
    key: 'think',
    label: 'Think time',
    title: 'Pause of a client between an answer and its next request; 0us keeps the machine busy',
    pattern: DURATION,
  },
  {
    key: 'delay',
    label: 'Link delay',
    title: 'Time a frame travels in one direction, such as 50us or 2ms',
    pattern: DURATION,
  },
  {
    key: 'loss',
    label: 'Loss',
    title: 'Share of frames the link loses in each direction, such as 2%',
    pattern: '\\d+(\\.\\d+)?%',
  },
  {
    key: 'seed',
    label: 'Seed',
    title: 'Start of every random generator: the same seed gives the same run',
    range: [0, 4294967295],
  },
  {
    key: 'harts',
    label: 'Harts',
    title: 'Processors of the machine, 1 to 8, on which threads run at the same time',
    range: [1, 8],
  },
  {
    key: 'timing',
    label: 'CPU timing',
    title: 'Which core’s cycle costs the CPU follows',
    choices: ['ibex-small', 'hazard3', 'unit'],
  },
  {
    key: 'parameters',
    label: 'Parameters',
    title: 'Numbers that the program asks for by name; its first lines say which it knows',
    pattern: '\\s*([\\w\\-]+=\\d+[\\s,]*)*',
    placeholder: 'such as workers=2 wait=100',
    optional: true,
  },
]

export class Settings {
  private readonly form: HTMLFormElement
  private configuration: RunConfiguration = { ...defaultConfiguration }
  private readonly inputs = new Map<Key, HTMLInputElement | HTMLSelectElement>()

  constructor(form: HTMLFormElement, onChange: () => void) {
    this.form = form
    for (const field of fields) {
      const input = createInput(field)
      input.addEventListener('input', onChange)
      this.inputs.set(field.key, input)
      form.append(
        html(
          'label',
          { class: `field ${field.key}`, title: field.title },
          html('span', {}, field.label),
          input,
        ),
      )
    }
    form.addEventListener('submit', (event) => event.preventDefault())
    this.value = this.configuration
  }

  /** What the form says. Call `valid` before. */
  get value(): RunConfiguration {
    const entries = [...this.inputs].map(([key, input]) => {
      const number = typeof defaultConfiguration[key] === 'number'
      return [key, number ? Number(input.value) : input.value.trim()]
    })
    return { ...this.configuration, ...Object.fromEntries(entries) } as RunConfiguration
  }

  set value(configuration: RunConfiguration) {
    this.configuration = { ...configuration }
    for (const [key, input] of this.inputs) input.value = String(configuration[key])
  }

  /** True when every field can be read; otherwise the browser points at the first that cannot. */
  valid(): boolean {
    const { clients, requests } = this.value
    const tooMany = clients * requests > MOST_REQUESTS
    const limit = MOST_REQUESTS.toLocaleString('en')
    this.inputs
      .get('requests')
      ?.setCustomValidity(
        tooMany ? `At most ${limit} requests in all: every step of each is recorded.` : '',
      )
    return this.form.reportValidity()
  }
}

function createInput(field: Field): HTMLInputElement | HTMLSelectElement {
  const common = { name: field.key, title: field.title }
  if (field.choices) {
    const options = field.choices.map((choice) => html('option', { value: choice }, choice))
    return html('select', common, ...options)
  }
  if (field.range) {
    const [min, max] = field.range
    return html('input', { ...common, type: 'number', min, max, step: 1, required: true })
  }
  return html('input', {
    ...common,
    type: 'text',
    pattern: field.pattern,
    placeholder: field.placeholder,
    required: field.optional !== true,
    spellcheck: 'false',
  })
}

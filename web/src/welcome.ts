import { html, prose } from './dom.ts'
import { laneNotes } from './layers.ts'
import type { Sample } from './samples.ts'

/** What the result side shows before a run: what the chosen program is about, what will happen, and how to read it. */

const steps = [
  [
    'Press Run.',
    'The program is compiled to RISC-V machine code and booted on an emulated computer with a kernel, a disk, a network card and a cable. A server gets requests from clients at the other end.',
  ],
  [
    'Look at one request.',
    'Every step is recorded with its cycle: the frame on the wire, the interrupt, the deferred procedure call, the completion port, your await.',
  ],
  [
    'Find the thread that waits.',
    'In udp-echo there is none: while a request is under way, its coroutine is a few saved words in memory. Then run udp-echo-blocking and compare.',
  ],
]

export class Welcome {
  private readonly element: HTMLElement
  private readonly about = html('section', { class: 'about', 'aria-label': 'The program' })

  constructor(element: HTMLElement) {
    this.element = element
    const list = steps.map(([title, text]) => html('li', {}, html('strong', {}, title), ` ${text}`))
    element.append(
      html('h3', {}, 'There is no thread. See for yourself.'),
      this.about,
      html('ol', { class: 'steps' }, ...list),
      html('h4', {}, 'The road of a request'),
      html('ul', { class: 'road' }, ...road()),
    )
  }

  /** Tells about a sample; about none for a program that is the visitor's own. */
  show(sample: Sample | undefined): void {
    this.element.hidden = false
    this.about.hidden = sample === undefined
    if (sample === undefined) return
    const { name, about, watch } = sample
    this.about.replaceChildren(
      html('h4', {}, name),
      html('p', {}, ...prose(about)),
      html('p', {}, html('strong', {}, 'Watch: '), ...prose(watch)),
    )
  }

  hide(): void {
    this.element.hidden = true
  }
}

function road(): HTMLElement[] {
  return laneNotes.map(({ lane, key, note }) =>
    html(
      'li',
      { style: `--lane: var(--lane-${key})` },
      html('span', { class: 'swatch', 'aria-hidden': 'true' }),
      html('strong', {}, lane),
      html('span', {}, note),
    ),
  )
}

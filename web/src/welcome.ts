import { html } from './dom.ts'
import { laneNotes } from './layers.ts'

/** What the result side shows before the first run: what will happen, and how to read it. */

const steps = [
  [
    'Press Run.',
    'The program is compiled to RISC-V machine code and booted on an emulated computer with a kernel, a network card and a cable. 64 clients at the other end send it requests.',
  ],
  [
    'Look at one request.',
    'Every step is recorded with its cycle: the frame on the wire, the interrupt, the deferred procedure call, the completion port, your await.',
  ],
  [
    'Find the thread that waits.',
    'There is none. While a request is under way its coroutine is a few saved words in memory. Then run udp-echo-blocking and compare.',
  ],
]

export function welcome(): HTMLElement[] {
  const lanes = laneNotes.map(({ lane, key, note }) =>
    html(
      'li',
      { style: `--lane: var(--lane-${key})` },
      html('span', { class: 'swatch', 'aria-hidden': 'true' }),
      html('strong', {}, lane),
      html('span', {}, note),
    ),
  )
  const list = steps.map(([title, text]) => html('li', {}, html('strong', {}, title), ` ${text}`))
  return [
    html('h3', {}, 'There is no thread. See for yourself.'),
    html('ol', { class: 'steps' }, ...list),
    html('h4', {}, 'The road of a request'),
    html('ul', { class: 'road' }, ...lanes),
  ]
}

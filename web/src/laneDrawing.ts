import { grouped } from '../../host/observe/index.ts'
import { svg } from './dom.ts'

/** The parts of the lane view's drawing that know nothing of spans. */

/** Half the width of a long label. */
const LABEL_ROOM = 32

/** Hatching for spans that wait, in the lane's own colour. */
export function patterns(): SVGElement {
  return svg(
    'defs',
    {},
    svg(
      'pattern',
      {
        id: 'hatch',
        width: 6,
        height: 6,
        patternUnits: 'userSpaceOnUse',
        patternTransform: 'rotate(45)',
      },
      svg('rect', { width: 2.5, height: 6, class: 'hatch' }),
    ),
  )
}

/** A long wait: two torn edges and the number of cycles left out. */
export function axisBreak(from: number, to: number, bottom: number, cycles: number): SVGElement {
  const middle = (from + to) / 2
  const zigzag = (x: number) => {
    const steps = Array.from({ length: Math.ceil(bottom / 12) }, (_, index) =>
      index % 2 ? 'l-5 6 5 6' : 'l5 6 -5 6',
    )
    return `M${x} 0${steps.join('')}`
  }
  return svg(
    'g',
    { class: 'break', 'aria-hidden': 'true' },
    svg('rect', { x: from, y: 0, width: to - from, height: bottom }),
    svg('path', { d: zigzag(from) }),
    svg('path', { d: zigzag(to) }),
    svg('text', { x: middle, y: bottom + 13, 'text-anchor': 'middle' }, grouped(cycles)),
    svg('text', { x: middle, y: bottom + 26, 'text-anchor': 'middle', class: 'unit' }, 'cycles'),
  )
}

/** A line at a cycle counted from the request's begin; its label stays inside the drawing. */
export function axisTick(x: number, bottom: number, cycle: number, width: number): SVGElement {
  const anchor = x < LABEL_ROOM ? 'start' : x > width - LABEL_ROOM ? 'end' : 'middle'
  return svg(
    'g',
    { class: 'tick', 'aria-hidden': 'true' },
    svg('line', { x1: x, x2: x, y1: 0, y2: bottom + 4 }),
    svg('text', { x, y: bottom + 18, 'text-anchor': anchor }, `+${grouped(cycle)}`),
  )
}

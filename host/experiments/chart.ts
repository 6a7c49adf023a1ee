/**
 * Line charts as SVG text: measured series as solid lines with markers, models as dashed lines of the same colour. Series differ by
 * colour, marker and label, so that none depends on colour alone. Leaves out: interaction, logarithmic y axes.
 */

/** One line of a chart. */
export interface Series {
  name: string
  /** (x index, y value) per category; `undefined` leaves a gap. */
  values: (number | undefined)[]
  /** A model is drawn dashed and without markers, in the colour of the measured series it explains. */
  model?: boolean
  /** Index into the palette. */
  color: number
}

export interface Chart {
  title: string
  subtitle: string
  xLabel: string
  yLabel: string
  /** Labels of the x axis, evenly spaced. */
  categories: string[]
  series: Series[]
}

const width = 860
const height = 520
const margin = { left: 92, right: 216, top: 78, bottom: 62 }
const palette = ['#0b6e99', '#b3541e', '#6b4ea0', '#2e7d32', '#a01f5c', '#5c5c5c']
const gridLines = 5

const plotWidth = width - margin.left - margin.right
const plotHeight = height - margin.top - margin.bottom

const escapeText = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')

/** The next "round" number (1, 2, 2.5 or 5 times a power of ten) that is at least `value`. */
export function niceCeiling(value: number): number {
  if (value <= 0) return 1
  const power = 10 ** Math.floor(Math.log10(value))
  const step = [1, 2, 2.5, 5, 10].find((candidate) => candidate * power >= value) ?? 10
  return step * power
}

const coordinate = (value: number) => String(Math.round(value * 10) / 10)

/** 1234567 → "1.23M": three significant digits with a suffix. */
export function shortNumber(value: number): string {
  const [divisor, suffix] = value >= 1e6 ? [1e6, 'M'] : value >= 1e3 ? [1e3, 'k'] : [1, '']
  return `${Number((value / divisor).toPrecision(3))}${suffix}`
}

function marker(shape: number, x: number, y: number, color: string): string {
  const [cx, cy] = [coordinate(x), coordinate(y)]
  switch (shape % 3) {
    case 0:
      return `<circle cx="${cx}" cy="${cy}" r="4.5" fill="${color}"/>`
    case 1:
      return `<rect x="${coordinate(x - 4)}" y="${coordinate(y - 4)}" width="8" height="8" fill="${color}"/>`
    default:
      return `<path d="M${cx} ${coordinate(y - 5.5)}l5.5 9.5h-11z" fill="${color}"/>`
  }
}

function grid(top: number): string[] {
  return Array.from({ length: gridLines + 1 }, (_, line) => {
    const y = margin.top + plotHeight - (plotHeight * line) / gridLines
    const label = shortNumber((top * line) / gridLines)
    return (
      `<line x1="${margin.left}" x2="${margin.left + plotWidth}" y1="${coordinate(y)}" y2="${coordinate(y)}" stroke="#d8d8d8"/>` +
      `<text x="${margin.left - 10}" y="${coordinate(y + 4)}" text-anchor="end">${label}</text>`
    )
  })
}

function drawSeries(series: Series, x: (index: number) => number, y: (value: number) => number) {
  const color = palette[series.color % palette.length]
  const points = series.values
    .map((value, index) => (value === undefined ? undefined : ([x(index), y(value)] as const)))
    .filter((point) => point !== undefined)
  const line = points.map(([px, py]) => `${coordinate(px)},${coordinate(py)}`).join(' ')
  const dash = series.model ? ' stroke-dasharray="6 5" stroke-opacity="0.75"' : ''
  const markers = series.model
    ? ''
    : points.map(([px, py]) => marker(series.color, px, py, color)).join('')
  return `<polyline points="${line}" fill="none" stroke="${color}" stroke-width="2"${dash}/>${markers}`
}

function legendEntry(series: Series, index: number): string {
  const color = palette[series.color % palette.length]
  const x = margin.left + plotWidth + 22
  const y = margin.top + 10 + index * 24
  const dash = series.model ? ' stroke-dasharray="6 5" stroke-opacity="0.75"' : ''
  return (
    `<line x1="${x}" x2="${x + 30}" y1="${y}" y2="${y}" stroke="${color}" stroke-width="2"${dash}/>` +
    (series.model ? '' : marker(series.color, x + 15, y, color)) +
    `<text x="${x + 38}" y="${y + 4}">${escapeText(series.name)}</text>`
  )
}

/** The chart as a complete SVG document. */
export function renderChart(chart: Chart): string {
  const values = chart.series.flatMap((series) =>
    series.values.filter((value) => value !== undefined),
  )
  const top = niceCeiling(Math.max(0, ...values))
  const steps = Math.max(1, chart.categories.length - 1)
  const x = (index: number) => margin.left + (plotWidth * index) / steps
  const y = (value: number) => margin.top + plotHeight * (1 - value / top)
  const ticks = chart.categories.map(
    (label, index) =>
      `<text x="${coordinate(x(index))}" y="${margin.top + plotHeight + 22}" text-anchor="middle">${escapeText(label)}</text>`,
  )
  const middle = margin.top + plotHeight / 2
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escapeText(chart.title)}" font-family="system-ui, sans-serif" font-size="13" fill="#222">`,
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    `<text x="${margin.left}" y="32" font-size="18" font-weight="600">${escapeText(chart.title)}</text>`,
    `<text x="${margin.left}" y="54" fill="#555">${escapeText(chart.subtitle)}</text>`,
    ...grid(top),
    ...ticks,
    `<text x="${margin.left + plotWidth / 2}" y="${height - 16}" text-anchor="middle">${escapeText(chart.xLabel)}</text>`,
    `<text transform="translate(24 ${middle}) rotate(-90)" text-anchor="middle">${escapeText(chart.yLabel)}</text>`,
    ...chart.series.map((series) => drawSeries(series, x, y)),
    ...chart.series.map(legendEntry),
    '</svg>',
    '',
  ].join('\n')
}

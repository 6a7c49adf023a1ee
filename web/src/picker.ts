import { html } from './dom.ts'

/** A choice from a list, with buttons to the entry before and behind the chosen one. */

export interface PickerOptions {
  /** What is chosen, in the labels of the buttons. */
  noun: string
  label: string
  onChoose(value: string): void
}

export class Picker {
  readonly element: HTMLElement
  private readonly options: PickerOptions
  private readonly select = html('select')
  private readonly title: HTMLElement

  constructor(options: PickerOptions) {
    this.options = options
    this.title = html('span', {}, options.label)
    this.select.addEventListener('change', () => options.onChoose(this.select.value))
    this.element = html(
      'div',
      { class: 'picker' },
      html('label', { class: 'field row' }, this.title, this.select),
      this.button('Previous', '←', -1),
      this.button('Next', '→', 1),
    )
  }

  set label(text: string) {
    this.title.textContent = text
  }

  get value(): string {
    return this.select.value
  }

  set value(value: string) {
    this.select.value = value
  }

  /** Replaces the list by entries of value and text. */
  offer(entries: readonly (readonly [value: string, text: string])[]): void {
    const options = entries.map(([value, text]) => html('option', { value }, text))
    this.select.replaceChildren(...options)
  }

  private button(direction: string, arrow: string, by: number): HTMLElement {
    const label = `${direction} ${this.options.noun}`
    const attributes = { type: 'button', class: 'quiet', 'aria-label': label, title: label }
    const button = html('button', attributes, arrow)
    button.addEventListener('click', () => {
      const next = this.select.options[this.select.selectedIndex + by]
      if (next === undefined) return
      this.select.value = next.value
      this.options.onChoose(next.value)
    })
    return button
  }
}

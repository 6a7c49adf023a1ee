import { html, prose } from './dom.ts'
import { findSample, gallery } from './samples.ts'
import type { Sample } from './samples.ts'

/** The programs to choose from: a button with the name of the chosen one, and a dialog with all of them in their groups. */

export interface GalleryOptions {
  button: HTMLButtonElement
  /** Whether the visitor agrees to another program in place of the present text. */
  mayReplace(): boolean
  onChoose(sample: Sample): void
}

export class Gallery {
  private readonly options: GalleryOptions
  private readonly dialog: HTMLDialogElement
  private readonly items = new Map<string, HTMLButtonElement>()
  private chosen = ''

  constructor(options: GalleryOptions) {
    this.options = options
    const close = html('button', { type: 'button', class: 'quiet' }, 'Close')
    close.addEventListener('click', () => this.dialog.close())
    const head = html(
      'div',
      { class: 'gallery-head' },
      html('h2', { id: 'gallery-title' }, 'Programs'),
      close,
    )
    const groups = gallery.map(({ title, samples }) => this.group(title, samples))
    this.dialog = html(
      'dialog',
      { class: 'gallery', 'aria-labelledby': 'gallery-title' },
      head,
      html('div', { class: 'gallery-groups' }, ...groups),
    )
    this.dialog.addEventListener('click', ({ target }) => {
      // Of the dialog itself, only the backdrop and the rim can be clicked.
      if (target === this.dialog) this.dialog.close()
    })
    options.button.after(this.dialog)
    options.button.addEventListener('click', () => this.open())
  }

  /** Name of the program that the text began as. */
  get name(): string {
    return this.chosen
  }

  /** Shows a name as chosen, which need not be one of the gallery. */
  set name(name: string) {
    this.items.get(this.chosen)?.removeAttribute('aria-current')
    this.items.get(name)?.setAttribute('aria-current', 'true')
    this.chosen = name
    this.options.button.textContent = name
  }

  private group(title: string, samples: readonly Sample[]): HTMLElement {
    const items = samples.map((sample) => html('li', {}, this.item(sample)))
    return html('section', {}, html('h3', {}, title), html('ul', {}, ...items))
  }

  private item({ name, line }: Sample): HTMLButtonElement {
    const button = html(
      'button',
      { type: 'button', class: 'gallery-item' },
      html('strong', {}, name),
      html('span', {}, ...prose(line)),
    )
    button.addEventListener('click', () => this.choose(name))
    this.items.set(name, button)
    return button
  }

  private open(): void {
    this.dialog.showModal()
    this.items.get(this.chosen)?.focus()
  }

  private choose(name: string): void {
    const sample = findSample(name)
    this.dialog.close()
    if (sample === undefined || !this.options.mayReplace()) return
    this.name = name
    this.options.onChoose(sample)
  }
}

import { html } from './dom.ts'

/** Panels of which one is shown, chosen by tabs (WAI-ARIA Authoring Practices, tabs pattern with automatic activation). */

export interface Tab {
  id: string
  title: string
  panel: HTMLElement
  /** Called before the panel is shown. */
  onShow?: () => void
}

const steps: Record<string, number> = { ArrowRight: 1, ArrowLeft: -1 }

export class Tabs {
  readonly element: HTMLElement
  private readonly tabs: readonly Tab[]
  private readonly buttons: HTMLButtonElement[]
  private chosen = 0

  /** `beside` stands in one row with the tabs. */
  constructor(label: string, tabs: readonly Tab[], beside: HTMLElement) {
    this.tabs = tabs
    this.buttons = tabs.map((tab, index) => this.button(tab, index))
    for (const { id, panel } of tabs) {
      panel.id = `panel-${id}`
      panel.setAttribute('role', 'tabpanel')
      panel.setAttribute('aria-labelledby', `tab-${id}`)
    }
    const list = html('div', { class: 'tabs', role: 'tablist', 'aria-label': label })
    list.append(...this.buttons)
    list.addEventListener('keydown', (event) => this.move(event))
    const bar = html('div', { class: 'tabs-bar' }, list, beside)
    this.element = html('div', {}, bar, ...tabs.map(({ panel }) => panel))
    this.choose(0)
  }

  /** Leave a tab out, or offer it again. */
  offer(id: string, offered: boolean): void {
    const index = this.tabs.findIndex((tab) => tab.id === id)
    this.buttons[index].hidden = !offered
    if (!offered && this.chosen === index) {
      this.choose(this.buttons.findIndex(({ hidden }) => !hidden))
    }
  }

  /** Show a tab. */
  select(id: string): void {
    this.choose(this.tabs.findIndex((tab) => tab.id === id))
  }

  /** Tell the shown panel that there is something new to show. */
  refresh(): void {
    this.tabs[this.chosen].onShow?.()
  }

  private button({ id, title }: Tab, index: number): HTMLButtonElement {
    const attributes = {
      type: 'button',
      role: 'tab',
      id: `tab-${id}`,
      'aria-controls': `panel-${id}`,
    }
    const button = html('button', attributes, title)
    button.addEventListener('click', () => this.choose(index))
    return button
  }

  private choose(index: number): void {
    this.chosen = index
    this.buttons.forEach((button, i) => {
      button.setAttribute('aria-selected', String(i === index))
      button.tabIndex = i === index ? 0 : -1
    })
    this.tabs.forEach(({ panel }, i) => (panel.hidden = i !== index))
    this.tabs[index].onShow?.()
  }

  private move(event: KeyboardEvent): void {
    const offered = this.buttons.filter(({ hidden }) => !hidden)
    const at = offered.indexOf(this.buttons[this.chosen])
    const ends: Record<string, number> = { Home: 0, End: offered.length - 1 }
    const step = steps[event.key]
    const next =
      step === undefined ? ends[event.key] : (at + step + offered.length) % offered.length
    if (next === undefined) return
    event.preventDefault()
    this.choose(this.buttons.indexOf(offered[next]))
    offered[next].focus()
  }
}

import type { Problem } from '../../host/web/protocol.ts'
import { html } from './dom.ts'
import type { Editor } from './editor.ts'

/** What the compiler or a fault says of the program: marked in the editor, and as a list with ways to the places. */
export class Problems {
  private readonly panel: HTMLElement
  private readonly editor: Editor

  constructor(panel: HTMLElement, editor: Editor) {
    this.panel = panel
    this.editor = editor
  }

  /** Shows the problems of a program, or with none that there are none. The first one in its own file comes into view. */
  show(problems: readonly Problem[], fileName: string): void {
    const own = problems.filter(({ file, line }) => file === fileName && line > 0)
    this.editor.showProblems(own)
    if (own.length > 0) this.editor.reveal(own[0].line, own[0].column)
    this.panel.hidden = problems.length === 0
    const items = problems.map((problem) => this.item(problem, own.includes(problem)))
    this.panel.replaceChildren(html('ul', {}, ...items))
    if (items.length > 0) this.panel.scrollIntoView({ block: 'nearest' })
  }

  private item(problem: Problem, isOwn: boolean): HTMLElement {
    const { severity, line, message } = problem
    const place = line === 0 ? [] : [this.place(problem, isOwn)]
    const text = html('span', {}, message)
    return html('li', { class: severity }, html('strong', {}, severity), ...place, text)
  }

  /** Where a problem is: a way there, in the program itself; a name, in a file of the runtime. */
  private place({ file, line, column }: Problem, isOwn: boolean): HTMLElement {
    const name = `${file}:${line}:${column}`
    if (!isOwn) return html('code', {}, name)
    const button = html('button', { type: 'button', class: 'link' }, name)
    button.addEventListener('click', () => {
      this.editor.reveal(line, column)
      this.editor.focus()
    })
    return button
  }
}

import { javascript } from '@codemirror/lang-javascript'
import { HighlightStyle, syntaxHighlighting } from '@codemirror/language'
import { lintGutter, setDiagnostics } from '@codemirror/lint'
import type { Diagnostic } from '@codemirror/lint'
import { Prec, StateEffect, StateField } from '@codemirror/state'
import type { EditorState, Range } from '@codemirror/state'
import { Decoration, EditorView, WidgetType, keymap } from '@codemirror/view'
import type { DecorationSet } from '@codemirror/view'
import { tags } from '@lezer/highlight'
import { basicSetup } from 'codemirror'
import type { AwaitSummary, Problem } from '../../host/web/protocol.ts'
import { counted, duration } from './format.ts'

/** The program editor: CodeMirror with the compiler's problems at their place and, after a run, what each await did. */

export interface EditorOptions {
  parent: HTMLElement
  /** Ctrl+Enter or Cmd+Enter. */
  onRun(): void
  onChange(): void
}

const setNotes = StateEffect.define<{ awaits: AwaitSummary[]; clockHz: number }>()

/** What an await line did in the last run, written behind it. */
class AwaitNote extends WidgetType {
  private readonly text: string

  constructor(text: string) {
    super()
    this.text = text
  }

  override eq(other: AwaitNote): boolean {
    return other.text === this.text
  }

  toDOM(): HTMLElement {
    const note = document.createElement('span')
    note.className = 'await-note'
    note.textContent = this.text
    return note
  }
}

function noteDecorations(
  state: EditorState,
  { awaits, clockHz }: { awaits: AwaitSummary[]; clockHz: number },
): DecorationSet {
  const notes: Range<Decoration>[] = awaits
    .filter(({ line }) => line >= 1 && line <= state.doc.lines)
    .filter(({ line }) => /\bawait\b/.test(state.doc.line(line).text))
    .map(({ line, suspensions, medianCycles }) => {
      const median =
        medianCycles === null ? 'not resumed' : `median ${duration(medianCycles, clockHz)}`
      const text = `suspended ${counted(suspensions, 'time')}, ${median}`
      const widget = Decoration.widget({ widget: new AwaitNote(text), side: 1 })
      return widget.range(state.doc.line(line).to)
    })
  return Decoration.set(notes, true)
}

/** Notes belong to the text that ran: an edit removes them. */
const notesField = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(notes, transaction) {
    if (transaction.docChanged) return Decoration.none
    const given = transaction.effects.find((effect) => effect.is(setNotes))
    return given ? noteDecorations(transaction.state, given.value) : notes
  },
  provide: (field) => EditorView.decorations.from(field),
})

const highlighting = HighlightStyle.define([
  {
    tag: [tags.keyword, tags.controlKeyword, tags.definitionKeyword],
    color: 'var(--code-keyword)',
  },
  { tag: [tags.string, tags.special(tags.string)], color: 'var(--code-string)' },
  { tag: [tags.number, tags.bool, tags.null], color: 'var(--code-number)' },
  { tag: [tags.comment], color: 'var(--code-comment)', fontStyle: 'italic' },
  { tag: [tags.typeName, tags.className], color: 'var(--code-type)' },
  {
    tag: [tags.function(tags.variableName), tags.function(tags.propertyName)],
    color: 'var(--code-function)',
  },
])

function toDiagnostic(state: EditorState, problem: Problem): Diagnostic {
  const line = state.doc.line(Math.min(Math.max(1, problem.line), state.doc.lines))
  const from = Math.min(line.to, line.from + Math.max(0, problem.column - 1))
  const to = Math.min(line.to, from + Math.max(1, problem.length))
  return { from, to: Math.max(from, to), severity: problem.severity, message: problem.message }
}

export class Editor {
  private readonly view: EditorView

  constructor(options: EditorOptions) {
    const run = {
      key: 'Mod-Enter',
      run: () => {
        options.onRun()
        return true
      },
    }
    this.view = new EditorView({
      parent: options.parent,
      extensions: [
        Prec.highest(keymap.of([run])),
        basicSetup,
        javascript({ typescript: true }),
        syntaxHighlighting(highlighting),
        lintGutter(),
        notesField,
        EditorView.lineWrapping,
        EditorView.contentAttributes.of({ 'aria-label': 'Program, TypeScript', tabindex: '0' }),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) options.onChange()
        }),
      ],
    })
  }

  get source(): string {
    return this.view.state.doc.toString()
  }

  /** Replaces the text and shows its first function, below which the program is. */
  set source(text: string) {
    this.view.dispatch({ changes: { from: 0, to: this.view.state.doc.length, insert: text } })
    const first = /^(export )?(async )?function /m.exec(this.view.state.doc.toString())
    const effects = EditorView.scrollIntoView(first?.index ?? 0, { y: 'start', yMargin: 8 })
    this.view.dispatch({ effects })
  }

  /** Marks problems of the program itself; those of other files are for the panel only. */
  showProblems(problems: readonly Problem[]): void {
    const { state } = this.view
    const diagnostics = problems.map((problem) => toDiagnostic(state, problem))
    this.view.dispatch(setDiagnostics(state, diagnostics))
  }

  showAwaits(awaits: AwaitSummary[], clockHz: number): void {
    this.view.dispatch({ effects: setNotes.of({ awaits, clockHz }) })
    if (!this.view.hasFocus) this.showFirstNote()
  }

  private showFirstNote(): void {
    const first = this.view.state.field(notesField).iter()
    if (first.value === null) return
    this.view.dispatch({ effects: EditorView.scrollIntoView(first.from, { y: 'center' }) })
  }

  /** Brings a place into view and puts the cursor there; the focus stays where it is. */
  reveal(line: number, column: number): void {
    const { doc } = this.view.state
    const target = doc.line(Math.min(Math.max(1, line), doc.lines))
    const anchor = Math.min(target.to, target.from + Math.max(0, column - 1))
    this.view.dispatch({
      selection: { anchor },
      effects: EditorView.scrollIntoView(anchor, { y: 'center' }),
    })
  }

  focus(): void {
    this.view.focus()
  }
}

/**
 * Text edits that keep line numbers, and the way back from a position in the edited text to the original one.
 * A replacement never contains a line break, and never removes one without putting it back.
 */

/** Replace the characters from `start` up to `end` of the original text by `text`, or by spaces. */
export interface Edit {
  start: number
  end: number
  text?: string
}

/** The edited text with its map. */
export interface EditedText {
  text: string
  /** Original offset of an offset in the edited text; inside inserted text it is the place of the insertion. */
  originalOffset(offset: number): number
}

/** A stretch of the edited text: copied from the original, or put in. */
interface Piece {
  at: number
  bytes: number
  original: number
  copied: boolean
}

/** Collects edits of one text. Edits at the same place keep the order in which they were made. */
export class EditList {
  private readonly edits: { edit: Edit; order: number }[] = []

  /** Replace a range. Ranges may touch, not overlap. */
  replace(start: number, end: number, text?: string): void {
    this.edits.push({ edit: { start, end, text }, order: this.edits.length })
  }

  insert(position: number, text: string): void {
    this.replace(position, position, text)
  }

  /** Put spaces in the place of a range, so that all lines and columns stay. */
  blank(start: number, end: number): void {
    this.replace(start, end)
  }

  /** Edited text of a part of the original, all of it by default. */
  apply(original: string, from = 0, to = original.length): EditedText {
    const pieces: Piece[] = []
    let text = ''
    const put = (part: string, position: number, copied: boolean): void => {
      if (part.length === 0) return
      pieces.push({ at: text.length, bytes: part.length, original: position, copied })
      text += part
    }
    let position = from
    for (const edit of this.sorted(from, to)) {
      put(original.slice(position, edit.start), position, true)
      const by = edit.text ?? original.slice(edit.start, edit.end).replace(/[^\n]/g, ' ')
      put(by, edit.start, by.length === edit.end - edit.start)
      position = edit.end
    }
    put(original.slice(position, to), position, true)
    return { text, originalOffset: (offset) => originalOffset(pieces, offset, to) }
  }

  private sorted(from: number, to: number): Edit[] {
    return this.edits
      .filter(({ edit }) => edit.start >= from && edit.end <= to)
      .sort((x, y) => x.edit.start - y.edit.start || x.edit.end - y.edit.end || x.order - y.order)
      .map(({ edit }) => edit)
  }
}

function originalOffset(pieces: Piece[], offset: number, end: number): number {
  let low = 0
  let high = pieces.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (pieces[middle].at + pieces[middle].bytes > offset) high = middle
    else low = middle + 1
  }
  const piece = pieces[low]
  if (piece === undefined) return end
  return piece.copied ? piece.original + (offset - piece.at) : piece.original
}

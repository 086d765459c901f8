import {stripVTControlCharacters} from 'node:util'

export interface Column {
  readonly title: string
  /** Numbers end, words start at the same place. */
  readonly align: 'left' | 'right'
}

/** Lines of a table: titles, then rows; two spaces between columns, none at the end of a line. Cells may be painted. */
export function renderTable(columns: readonly Column[], rows: readonly (readonly string[])[]): string[] {
  const all = [columns.map((column) => column.title), ...rows]
  const widths = columns.map((_, i) => Math.max(...all.map((row) => visibleWidth(row[i] ?? ''))))
  return all.map((row) =>
    columns
      .map((column, i) => pad(row[i] ?? '', widths[i]!, column.align))
      .join('  ')
      .trimEnd(),
  )
}

/** Fills a cell up with spaces to a visible width. */
export function pad(text: string, width: number, align: 'left' | 'right' = 'left'): string {
  const spaces = ' '.repeat(Math.max(0, width - visibleWidth(text)))
  return align === 'left' ? text + spaces : spaces + text
}

/** Cuts unpainted text to a width, with an ellipsis where something is missing. */
export function fit(text: string, width: number): string {
  if (text.length <= width) return text
  return width <= 0 ? '' : `${text.slice(0, width - 1)}…`
}

/** Breaks a sentence between words; words longer than the width (paths, commands) stay whole. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const last = lines.at(-1)
    if (last !== undefined && last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`
    else lines.push(word)
  }
  return lines
}

function visibleWidth(text: string): number {
  return stripVTControlCharacters(text).length
}

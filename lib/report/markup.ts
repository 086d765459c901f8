import {html, raw} from 'hono/html'
import type {HtmlEscapedString} from 'hono/utils/html'
import {type Chart, drawChart} from './charts/draw.ts'
import {pagePalette} from './palette.ts'
import type {Pictures} from './pictures.ts'

/** Markup in which every value from outside has been escaped; names of classes and files come from strangers. */
export type Markup = HtmlEscapedString | Promise<HtmlEscapedString>

/** A cell of a table: text, a number as text, or markup. */
export type Cell = string | Markup

export interface Column {
  readonly title: string
  readonly isNumber?: boolean
}

/** A part of the page with its heading. */
export function section(id: string, title: string, ...content: readonly Markup[]): Markup {
  return html`<section id="${id}" aria-labelledby="${id}-title"><h2 id="${id}-title">${title}</h2>${content}</section>`
}

/** A table that scrolls inside its own box on a narrow screen, by keyboard too. The first column names the rows. */
export function table(caption: string, columns: readonly Column[], rows: readonly (readonly Cell[])[]): Markup {
  const kind = (i: number) => (columns[i]?.isNumber ? 'number' : 'text')
  const body = rows.map(
    (row) =>
      html`<tr>${row.map((cell, i) =>
        i === 0 ? html`<th scope="row" class="${kind(i)}">${cell}</th>` : html`<td class="${kind(i)}">${cell}</td>`,
      )}</tr>`,
  )
  const head = columns.map(({title}, i) => html`<th scope="col" class="${kind(i)}">${title}</th>`)
  return html`<div class="scroll" role="region" aria-label="${caption}" tabindex="0"><table><caption>${caption}</caption><thead><tr>${head}</tr></thead><tbody>${body}</tbody></table></div>`
}

/** A chart, with its numbers under a fold where they are few. */
export async function figure(chart: Chart, numbers?: Markup): Promise<HtmlEscapedString> {
  const svg = raw(await drawChart(chart, pagePalette))
  const fold = numbers === undefined ? '' : html`<details><summary>the numbers</summary>${numbers}</details>`
  return html`<figure class="chart">${svg}${fold}</figure>`
}

/** How a picture relates to the one asked with. */
export type Frame = 'query' | 'right' | 'wrong' | 'plain'

const marks: Readonly<Record<Frame, string>> = {query: 'query', right: '✓ right', wrong: '✗ wrong', plain: ''}

/** A picture with its class under it; right and wrong are said in a word and framed by another line, not by colour alone. */
export async function picture(
  pictures: Pictures,
  id: number,
  {frame, mark = marks[frame], note}: {frame: Frame; mark?: string; note?: string},
): Promise<HtmlEscapedString> {
  const {source, width, height} = await pictures.thumbnail(id)
  const name = pictures.nameOf(id)
  return html`<figure class="picture ${frame}"><img src="${source}" width="${width}" height="${height}" alt="image ${id}, ${name}" decoding="async"><figcaption>${mark === '' ? '' : html`<b>${mark}</b> `}<bdi>${breakable(name)}</bdi>${note === undefined ? '' : html` <small>${note}</small>`}</figcaption></figure>`
}

/** Names of classes are often one long word of many: they may break after its joints. */
function breakable(name: string): Markup[] {
  return name.split(/(?<=[_.-])/).map((part, i) => html`${i === 0 ? '' : raw('<wbr>')}${part}`)
}

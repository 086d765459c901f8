import {html} from 'hono/html'
import type {Analysis} from '../analysis/analyse.ts'
import type {Recovery} from '../analysis/gallery.ts'
import {type Markup, picture, section} from '../markup.ts'
import type {Pictures} from '../pictures.ts'

/** Queries with their nearest images: some drawn at random, and the surest mistakes. */
export async function gallery({drawn, mistakes, tables}: Analysis, pictures: Pictures): Promise<Markup | undefined> {
  const first = drawn[0]
  if (first === undefined) return undefined
  return section(
    'gallery',
    'Queries and their nearest images',
    html`<p>Descriptors after epoch ${tables.epoch}. Each row: the query, then its ${first.neighbours.length} nearest images with their Euclidean distance. ✓ and a solid frame: of the query's class; ✗ and a dashed frame: of another.</p>`,
    html`<h3>Drawn at random</h3>`,
    ...(await Promise.all(drawn.map((row) => strip(row, pictures)))),
    ...(mistakes.length === 0
      ? []
      : [
          html`<h3>The surest mistakes</h3><p>The nearest image is of another class, and very near.</p>`,
          ...(await Promise.all(mistakes.map((row) => strip(row, pictures)))),
        ]),
  )
}

async function strip({query, neighbours}: Recovery, pictures: Pictures): Promise<Markup> {
  const asked = await picture(pictures, query, {frame: 'query'})
  const found = await Promise.all(
    neighbours.map(({id, distance, isRight}) =>
      picture(pictures, id, {frame: isRight ? 'right' : 'wrong', note: distance.toFixed(3)}),
    ),
  )
  return html`<div class="strip" role="group" aria-label="query ${query}, ${pictures.nameOf(query)}">${asked}${found}</div>`
}

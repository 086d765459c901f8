import {html} from 'hono/html'
import type {Analysis} from '../analysis/analyse.ts'
import {openClassNames} from '../analysis/classes.ts'
import {type Markup, picture, section, table} from '../markup.ts'
import type {Pictures} from '../pictures.ts'
import {plural, share} from '../wording.ts'

const shownClasses = 20
const shownPairs = 12

/** The classes whose images find each other least. */
export function worstClasses({tables, classes: scores}: Analysis): Markup | undefined {
  if (scores.length === 0) return undefined
  const nameOf = openClassNames(tables.images)
  const perfect = scores.filter(({precisionAt1}) => precisionAt1 === 1).length
  const rows = scores
    .slice(0, shownClasses)
    .map(({label, images, precisionAt1, mapAtR, takenFor}) => [
      html`<bdi>${nameOf(label)}</bdi>`,
      String(images),
      share(precisionAt1),
      share(mapAtR),
      takenFor === undefined ? '-' : html`<bdi>${nameOf(takenFor.label)}</bdi> (${takenFor.times})`,
    ])
  const columns = [
    {title: 'class'},
    {title: 'images', isNumber: true},
    {title: 'precision@1', isNumber: true},
    {title: 'MAP@R', isNumber: true},
    {title: 'taken most often for (times)'},
  ]
  return section(
    'classes',
    'Worst classes',
    html`<p>${plural(scores.length, 'class', 'classes')}; in ${perfect} of them every image finds its class first.</p>`,
    table(`The ${Math.min(shownClasses, scores.length)} worst classes, the worst first`, columns, rows),
  )
}

/** The pairs of classes that are taken for each other most often, each with its nearest example. */
export async function confusedPairs({tables, confusions}: Analysis, pictures: Pictures): Promise<Markup | undefined> {
  if (confusions.length === 0) return undefined
  const nameOf = openClassNames(tables.images)
  const cards = await Promise.all(
    confusions.slice(0, shownPairs).map(async ({a, b, times, images, example}) => {
      const sides = [
        await picture(pictures, example.query, {frame: 'plain'}),
        await picture(pictures, example.nearest, {frame: 'plain'}),
      ]
      return html`<li class="card"><div class="pair">${sides}</div><p><bdi>${nameOf(a)}</bdi> and <bdi>${nameOf(b)}</bdi>: ${times} of ${plural(images, 'image')} taken for the other class; nearest pair at distance ${example.distance.toFixed(3)}</p></li>`
    }),
  )
  return section(
    'confusions',
    'Most confused pairs of classes',
    html`<p>${plural(confusions.length, 'pair')} of classes are confused at least once.</p>`,
    html`<ul class="cards">${cards}</ul>`,
  )
}

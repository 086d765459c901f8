import {html} from 'hono/html'
import type {Analysis} from '../analysis/analyse.ts'
import type {Triplet} from '../analysis/triplets.ts'
import {type Markup, picture, section} from '../markup.ts'
import type {Pictures} from '../pictures.ts'

/** Anchor, positive and negative side by side, where the plan of the last epoch was hardest. */
export async function triplets({tables, triplets}: Analysis, pictures: Pictures): Promise<Markup | undefined> {
  const {mined} = tables
  if (mined === undefined || triplets.length === 0) return undefined
  const cards = await Promise.all(triplets.map((triplet) => card(triplet, pictures)))
  const known = triplets.some(({positiveDistance}) => positiveDistance !== undefined)
    ? 'Distances are of the descriptors that were mined, before the epoch.'
    : 'Distances are those that the negatives were mined by; distances to positives are not kept.'
  return section(
    'triplets',
    `Hardest triplets of epoch ${mined.epoch}`,
    html`<p>The negative, of another class, is nearer to the anchor than its positive by most. ${known}</p>`,
    html`<ul class="cards wide">${cards}</ul>`,
  )
}

async function card(triplet: Triplet, pictures: Pictures): Promise<Markup> {
  const {step, anchor, positive, negative, positiveDistance, negativeDistance} = triplet
  const away = (distance: number | undefined) => (distance === undefined ? {} : {note: distance.toFixed(3)})
  const figures = [
    await picture(pictures, anchor, {frame: 'query', mark: 'anchor'}),
    await picture(pictures, positive, {frame: 'right', mark: '✓ positive', ...away(positiveDistance)}),
    await picture(pictures, negative, {frame: 'wrong', mark: '✗ negative', ...away(negativeDistance)}),
  ]
  return html`<li class="card"><div class="pair">${figures}</div><p>step ${step}</p></li>`
}

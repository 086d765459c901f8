import {html} from 'hono/html'
import type {Analysis} from '../analysis/analyse.ts'
import type {Duplicate} from '../analysis/duplicates.ts'
import {type Markup, picture, section} from '../markup.ts'
import type {Pictures} from '../pictures.ts'
import {plural} from '../wording.ts'

const shown = 12

/** Pictures that are in the data set twice. */
export async function duplicates({duplicates: found}: Analysis, pictures: Pictures): Promise<Markup> {
  const twoClasses = found.filter(({sameClass}) => !sameClass).length
  const searched =
    'Searched: files with equal bytes in the whole data set, and measured images whose nearest neighbour has a descriptor less than 0.01 away.'
  const cards = await Promise.all(found.slice(0, shown).map((duplicate) => card(duplicate, pictures)))
  return section(
    'duplicates',
    'Duplicates',
    found.length === 0
      ? html`<p>None found. ${searched}</p>`
      : html`<p>${plural(found.length, 'pair')}, ${twoClasses} of them in two classes${found.length > shown ? `; the first ${shown} are shown` : ''}. ${searched}</p>`,
    html`<ul class="cards">${cards}</ul>`,
  )
}

async function card({a, b, distance, sameBytes, sameClass}: Duplicate, pictures: Pictures): Promise<Markup> {
  const sides = [await picture(pictures, a, {frame: 'plain'}), await picture(pictures, b, {frame: 'plain'})]
  const how = sameBytes ? 'equal files' : `descriptors ${distance?.toFixed(4)} apart`
  return html`<li class="card"><div class="pair">${sides}</div><p>images ${a} and ${b}: ${how}${sameClass ? '' : html`, <b>in two classes</b>`}</p></li>`
}

import {html, raw} from 'hono/html'
import type {Analysis} from '../analysis/analyse.ts'
import {drawChart} from '../charts/draw.ts'
import {mapChart} from '../charts/map.ts'
import {type Markup, section} from '../markup.ts'
import {pagePalette} from '../palette.ts'
import type {Pictures} from '../pictures.ts'
import {plural} from '../wording.ts'

const side = 48

/** The descriptors on a plane; the picture of a point appears under the pointer, or by the arrow keys. */
export async function mapSection({plane: map, tables}: Analysis, pictures: Pictures): Promise<Markup | undefined> {
  if (map === undefined) return undefined
  const chart = mapChart(map, tables.queries, pagePalette)
  const svg = raw(await drawChart(chart, pagePalette))
  const {data, columns} = await pictures.sprite(map.id, side, 'webp')
  const names = [...new Set(Array.from(map.id, pictures.nameOf))]
  const placeOf = new Map(names.map((name, place) => [name, place]))
  const points = {
    id: [...map.id],
    name: Array.from(map.id, (id) => placeOf.get(pictures.nameOf(id))),
    names,
    columns,
    side,
  }
  const sample =
    map.id.length === map.imageCount
      ? `All ${plural(map.imageCount, 'image')}`
      : `A sample of ${plural(map.id.length, 'image')} of ${map.imageCount.toLocaleString('en-US')}, drawn from a fixed seed`
  return section(
    'map',
    'Map of the descriptors',
    html`<p>${sample}, laid out by UMAP (15 neighbours, fixed seed): near on the map means alike to the model; distances across the map mean little.${tables.queries === undefined ? '' : ' ○ nearest image is of its class, × of another.'} Point at an image to see it; with the keyboard, go to the map and use the arrow keys.</p>`,
    html`<div id="plane" tabindex="0" role="application" aria-label="Map of images. Arrow keys go from image to image." aria-describedby="plane-says">${svg}<div id="plane-picture" hidden></div></div><p id="plane-says" class="note" aria-live="polite"></p>`,
    html`<style>#plane-picture i{background-image:url(data:image/webp;base64,${raw(data.toString('base64'))})}</style>`,
    html`<script type="application/json" id="plane-points">${raw(jsonForScript(points))}</script>`,
  )
}

/** JSON that cannot end the element it stands in, whatever a class is called. */
function jsonForScript(value: unknown): string {
  return JSON.stringify(value)
    .replaceAll('<', '\\u003c')
    .replaceAll('\u2028', '\\u2028')
    .replaceAll('\u2029', '\\u2029')
}

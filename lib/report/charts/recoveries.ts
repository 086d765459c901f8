import {html} from 'hono/html'
import type {Recovery} from '../analysis/gallery.ts'
import {filePalette} from '../palette.ts'
import type {Pictures} from '../pictures.ts'

const side = 112
const gap = 12
const bar = 6
const neighbourCount = 3

/**
 * Queries with their three nearest images (Roth's sample_recoveries.png), as SVG. His bars are green for every neighbour; here a
 * full green bar with a tick stands for the query's class, a broken red one with a cross for another.
 */
export async function drawRecoveries(recoveries: readonly Recovery[], pictures: Pictures): Promise<string> {
  const [width, height] = [(side + gap) * (neighbourCount + 1) + gap, (side + gap + 2 * bar) * recoveries.length + gap]
  const rows = await Promise.all(
    recoveries.map(async ({query, neighbours}, row) => {
      const top = gap + row * (side + gap + 2 * bar)
      const cells = [{id: query, colour: filePalette.muted, mark: '', dashes: ''}].concat(
        neighbours.slice(0, neighbourCount).map(({id, isRight}) => ({
          id,
          colour: isRight ? filePalette.good : filePalette.bad,
          mark: isRight ? '✓' : '✗',
          dashes: isRight ? '' : '8 4',
        })),
      )
      return Promise.all(
        cells.map(async ({id, colour, mark, dashes}, column) => {
          const left = gap + column * (side + gap)
          const {source} = await pictures.thumbnail(id, 'jpeg')
          const middle = top + side + bar
          return html`<image href="${source}" x="${left}" y="${top}" width="${side}" height="${side}"><title>${pictures.nameOf(id)}</title></image><line x1="${left}" x2="${left + side - 16}" y1="${middle}" y2="${middle}" stroke="${colour}" stroke-width="${bar}" stroke-dasharray="${dashes}"/><text x="${left + side}" y="${middle + 5}" font-size="14" font-family="sans-serif" text-anchor="end" fill="${colour}">${mark}</text>`
        }),
      )
    }),
  )
  const svg =
    await html`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="Queries, each with its three nearest images"><rect width="100%" height="100%" fill="#fff"/>${rows}</svg>`
  return String(svg)
}

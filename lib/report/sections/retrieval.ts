import {html} from 'hono/html'
import type {Analysis} from '../analysis/analyse.ts'
import type {Retrieval} from '../analysis/retrieval.ts'
import {distanceChart} from '../charts/distances.ts'
import type {Chart} from '../charts/draw.ts'
import {lineChart} from '../charts/lines.ts'
import {figure, type Markup, section, table} from '../markup.ts'
import {plural, share} from '../wording.ts'

/** The ranks that papers print. */
const papersK = [1, 2, 4, 8, 16, 32, 64, 100]

/** Recall at every rank, and how far apart images of one class and of two are. */
export async function retrieval({retrieval: compared}: Analysis): Promise<Markup | undefined> {
  if (compared === undefined) return undefined
  const {queryCount, imageCount, recall, histogram} = compared
  const rows = papersK.filter((k) => k <= recall.length).map((k) => [String(k), share(recall[k - 1])])
  const numbers = table('Recall at k', [{title: 'k'}, {title: 'recall@k', isNumber: true}], rows)
  const asked =
    queryCount === imageCount
      ? `All ${plural(imageCount, 'image')} query all others.`
      : `${plural(queryCount, 'image')} of ${imageCount.toLocaleString('en-US')} query all others (drawn from a fixed seed where not all are asked; images alone in their class are left out).`
  const pairs = `${plural(histogram.positiveCount, 'pair')} of one class, ${plural(histogram.negativeCount, 'pair')} of two; each curve sums to 1.`
  return section(
    'retrieval',
    'Recall and distances',
    html`<p>${asked} ${pairs} Descriptors are taken as they were extracted: whitening, query expansion and re-ranking of the metrics above change nothing here.</p>`,
    html`<div class="charts">${[await figure(recallChart(compared), numbers), await figure(distanceChart(histogram))]}</div>`,
  )
}

/** Share of queries that find their class among the k nearest. */
export function recallChart({recall}: Retrieval): Chart {
  const points = Array.from(recall, (y, i) => ({x: i + 1, y}))
  return lineChart({title: 'recall@k', xTitle: 'k', series: [{name: 'recall@k', points}], logarithmic: true})
}

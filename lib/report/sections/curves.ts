import {html} from 'hono/html'
import type {Chart} from '../charts/draw.ts'
import {lineChart} from '../charts/lines.ts'
import {fieldPoints, metricPoints} from '../charts/points.ts'
import type {RunFacts} from '../facts.ts'
import {figure, type Markup, section, table} from '../markup.ts'
import {measuredText, share} from '../wording.ts'

/** How numbers moved from epoch to epoch, as charts and as one table. */
export async function curves(facts: RunFacts): Promise<Markup | undefined> {
  if (facts.epochs.length < 2) return undefined
  const charts = await Promise.all(curveCharts(facts).map(({chart}) => figure(chart)))
  return section('curves', 'Epoch by epoch', html`<div class="charts">${charts}</div>`, epochTable(facts))
}

/** Every curve with the name of its file. */
export function curveCharts(facts: RunFacts): {name: string; chart: Chart}[] {
  const best = facts.epochs.find((row) => row.best)
  const mark = best === undefined ? {} : {mark: {name: 'best', x: best.epoch}}
  const metrics = facts.metrics.map(({name, title}) => {
    const level = facts.baseline?.[name]
    return {
      name: `curve-${name.replaceAll(/[^\w-]/g, '-')}`,
      chart: lineChart({
        title,
        xTitle: 'epoch',
        series: [{name: title, points: metricPoints(facts.epochs, name)}],
        ...(level === undefined ? {} : {level: {name: 'raw pixels', y: level.value}}),
        ...mark,
      }),
    }
  })
  const training = [
    {name: 'curve-loss', title: 'training loss', series: [['loss', 'loss']]},
    {name: 'curve-active', title: 'active fraction', series: [['active fraction', 'activeFraction']]},
    {
      name: 'curve-distances',
      title: 'distances in the batches',
      series: [
        ['positive', 'positiveDistance'],
        ['negative', 'negativeDistance'],
      ],
    },
  ] as const
  const others = training.flatMap(({name, title, series}) => {
    const lines = series
      .map(([title, field]) => ({name: title, points: fieldPoints(facts.epochs, field)}))
      .filter(({points}) => points.length > 1)
    return lines.length === 0 ? [] : [{name, chart: lineChart({title, xTitle: 'epoch', series: lines})}]
  })
  return [...metrics, ...others]
}

function epochTable({epochs, metrics}: RunFacts): Markup {
  const number = (title: string) => ({title, isNumber: true})
  const titles = [...metrics.map(({title}) => title), 'loss', 'active', 'positive', 'negative', 'seconds']
  const rows = epochs.map((row) => [
    `${row.best ? '★ ' : ''}${row.epoch}${row.epoch === 0 ? ', untrained' : ''}${row.best ? ', best' : ''}`,
    ...metrics.map(({name}) => measuredText(row.metrics[name])),
    share(row.loss),
    row.activeFraction === undefined ? '-' : `${(100 * row.activeFraction).toFixed(1)} %`,
    share(row.positiveDistance),
    share(row.negativeDistance),
    row.seconds === undefined ? '-' : row.seconds.toFixed(1),
  ])
  return table('All epochs', [{title: 'epoch'}, ...titles.map(number)], rows)
}

import {html} from 'hono/html'
import {lineChart} from './charts/lines.ts'
import {fieldPoints, metricPoints} from './charts/points.ts'
import type {RunFacts} from './facts.ts'
import {figure, type Markup, section, table} from './markup.ts'
import {renderPage} from './page.ts'
import {measuredText} from './wording.ts'

/** Several runs on one page: best epochs in one table, curves over each other, and in which parameters they differ. */
export async function renderComparison(runs: readonly RunFacts[]): Promise<string> {
  return renderPage({
    title: `Runs ${runs.map(({run}) => run).join(', ')}`,
    warnings: describeUnlike(runs),
    sections: [
      {id: 'best', title: 'Best epochs', content: bestEpochs(runs)},
      {id: 'curves', title: 'Epoch by epoch', content: await overlay(runs)},
      {id: 'parameters', title: 'Parameters that differ', content: differences(runs)},
    ],
    credits: [],
  })
}

/** Numbers that were measured differently must not be read side by side without knowing it. */
function describeUnlike(runs: readonly RunFacts[]): string[] {
  const names = [...new Set(runs.flatMap(({measurement}) => measurement.map(([name]) => name)))]
  return names.flatMap((name) => {
    const values = runs.map(({run, measurement}) => ({
      run,
      value: measurement.find(([own]) => own === name)?.[1] ?? 'none',
    }))
    if (new Set(values.map(({value}) => value)).size === 1) return []
    const each = values.map(({run, value}) => `${run}: ${value}`).join('; ')
    return [`The runs were not measured alike, so their numbers do not compare. They differ in ${name}: ${each}.`]
  })
}

function bestEpochs(runs: readonly RunFacts[]): Markup {
  const metrics = metricsOf(runs)
  const rows = runs.flatMap(({run, epochs, baseline, chosenOnTest}) => {
    const best = epochs.find((epoch) => epoch.best)
    const own = [
      html`<bdi>${run}</bdi>`,
      best === undefined
        ? '-'
        : `${best.epoch} of 0..${epochs.at(-1)?.epoch}${chosenOnTest ? ', chosen on the test classes' : ''}`,
      ...metrics.map(({name}) => measuredText(best?.metrics[name])),
    ]
    return [own, [html`<bdi>${run}</bdi>, raw pixels`, '-', ...metrics.map(({name}) => measuredText(baseline?.[name]))]]
  })
  const columns = [{title: 'run'}, {title: 'best epoch'}, ...metrics.map(({title}) => ({title, isNumber: true}))]
  return section(
    'best',
    'Best epochs',
    table('The best epoch of every run, chosen on its validation set where nothing else is said', columns, rows),
  )
}

async function overlay(runs: readonly RunFacts[]): Promise<Markup> {
  const metrics = metricsOf(runs).map(({name, title}) => ({
    title,
    series: runs.map(({run, epochs}) => ({name: run, points: metricPoints(epochs, name)})),
  }))
  const loss = {
    title: 'training loss',
    series: runs.map(({run, epochs}) => ({name: run, points: fieldPoints(epochs, 'loss')})),
  }
  const charts = [...metrics, loss].filter(({series}) => series.some(({points}) => points.length > 0))
  const figures = await Promise.all(charts.map((chart) => figure(lineChart({...chart, xTitle: 'epoch'}))))
  return section('curves', 'Epoch by epoch', html`<div class="charts">${figures}</div>`)
}

function metricsOf(runs: readonly RunFacts[]): RunFacts['metrics'] {
  return [...new Map(runs.flatMap(({metrics}) => metrics.map((metric) => [metric.name, metric] as const))).values()]
}

function differences(runs: readonly RunFacts[]): Markup {
  const values = runs.map(({parameters}) => new Map(parameters))
  const names = [...new Set(values.flatMap((own) => [...own.keys()]))]
  const rows = names
    .filter((name) => new Set(values.map((own) => own.get(name))).size > 1)
    .map((name) => [name, ...values.map((own) => html`<code>${own.get(name) ?? 'not set'}</code>`)])
  return section(
    'parameters',
    'Parameters that differ',
    rows.length === 0
      ? html`<p>None: the runs have equal parameters.</p>`
      : table('Their values, run by run', [{title: 'parameter'}, ...runs.map(({run}) => ({title: run}))], rows),
  )
}

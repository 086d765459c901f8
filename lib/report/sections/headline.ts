import {html} from 'hono/html'
import type {EpochFacts, Metrics, RunFacts} from '../facts.ts'
import {type Markup, section, table} from '../markup.ts'
import {measuredText, plural, share} from '../wording.ts'

/** What came out: raw pixels, the untrained model, the best and the last epoch side by side, and how it was measured. */
export function headline(facts: RunFacts): Markup {
  const rows = rowsOf(facts).map(({title, metrics}) => [
    title,
    ...facts.metrics.map(({name}) => measuredText(metrics[name])),
  ])
  const columns = [{title: 'model'}, ...facts.metrics.map(({title}) => ({title, isNumber: true}))]
  return section(
    'headline',
    'What came out',
    html`<p class="verdict">${verdict(facts)}</p>`,
    table('Raw pixels, the untrained model and trained epochs', columns, rows),
    ...setsTable(facts),
    facts.intervals === undefined ? html`` : html`<p class="note">${facts.intervals}</p>`,
    html`<dl class="facts">${facts.measurement.map(([name, value]) => html`<div><dt>${name}</dt><dd><bdi>${value}</bdi></dd></div>`)}</dl>`,
  )
}

/** Each test set under its name; the rows above are means over them. */
function setsTable({sets = [], metrics, epochs}: RunFacts): Markup[] {
  if (sets.length === 0) return []
  const best = epochs.find((row) => row.best)
  const title = `Test sets${best === undefined ? '' : `, ${epochTitle(best)}`}${sets.length === 1 ? '' : '; above are the means over them'}`
  const columns = [
    {title: 'test set'},
    {title: 'queries', isNumber: true},
    ...metrics.map(({title}) => ({title, isNumber: true})),
  ]
  const rows = sets.map(({name, queries, metrics: own}) => [
    name,
    queries.toLocaleString('en-US'),
    ...metrics.map(({name}) => measuredText(own[name])),
  ])
  return [table(title, columns, rows)]
}

function rowsOf({baseline, epochs}: RunFacts): {title: string; metrics: Metrics}[] {
  const [untrained, best, last] = [epochs.find(({epoch}) => epoch === 0), epochs.find((row) => row.best), epochs.at(-1)]
  const shown: {title: string; metrics: Metrics}[] = []
  if (baseline !== undefined) shown.push({title: 'raw 16x16 pixels', metrics: baseline})
  if (untrained !== undefined && !untrained.best) shown.push({title: 'epoch 0, untrained', metrics: untrained.metrics})
  if (best !== undefined) shown.push({title: `★ ${epochTitle(best)}, best`, metrics: best.metrics})
  if (last !== undefined && last !== best && last !== untrained) {
    shown.push({title: `${epochTitle(last)}, last`, metrics: last.metrics})
  }
  return shown
}

function epochTitle({epoch}: EpochFacts): string {
  return epoch === 0 ? 'epoch 0, untrained' : `epoch ${epoch}`
}

/** One sentence that a person remembers. */
function verdict({metrics: [leading], epochs, baseline, chosenOnTest}: RunFacts): string {
  const best = epochs.find((row) => row.best)
  if (leading === undefined || best === undefined) return 'No epoch has been measured yet.'
  const value = best.metrics[leading.name]?.value
  const [untrained, pixels] = [
    epochs.find(({epoch}) => epoch === 0)?.metrics[leading.name]?.value,
    baseline?.[leading.name]?.value,
  ]
  const chosen =
    epochs.length === 1
      ? `The only measured epoch (${best.epoch})`
      : `Epoch ${best.epoch}, the best of ${plural(epochs.length, 'measured state')} by ${leading.title} on ${chosenOnTest ? 'the test classes, which flatters it,' : 'the validation set,'}`
  const beside = [
    ...(untrained === undefined || best.epoch === 0 ? [] : [`untrained ${share(untrained)}`]),
    ...(pixels === undefined ? [] : [`raw pixels ${share(pixels)}`]),
  ]
  return `${chosen} has ${leading.title} ${share(value)}${beside.length === 0 ? '' : ` (${beside.join(', ')})`}.`
}

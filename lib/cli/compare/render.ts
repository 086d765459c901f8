import type {Interval} from '../../metrics/statistics/bootstrap.ts'
import {metricTitle} from '../epochs/table.ts'
import type {Terminal} from '../terminal.ts'
import {formatCount, formatShare} from '../text/number.ts'
import {type Column, renderTable, wrap} from '../text/table.ts'
import type {Comparison} from './comparison.ts'

/** Lines of the comparison: every measurement with its intervals, then the differences from the first one. */
export function renderComparison(comparison: Comparison, {paint, width}: Terminal): string[] {
  const {metricNames, rows} = comparison
  const [first] = rows
  const columns: Column[] = [
    {title: 'run', align: 'left'},
    ...metricNames.map((name): Column => ({title: `${metricTitle(name)} (95 %)`, align: 'left'})),
    {title: 'epoch is', align: 'left'},
  ]
  const [titles, ...lines] = renderTable(
    columns,
    rows.map(({contestant, means}) => [
      contestant.name,
      ...metricNames.map((name) => `${formatShare(means[name]!.mean)} ${formatInterval(means[name]!.interval)}`),
      contestant.chosen,
    ]),
  )
  const {queries, split, convention} = first!.contestant
  const classes = new Set(queries.label).size
  return [
    `split ${split ?? 'of loose files'}, convention ${convention}, ${formatCount(queries.id.length)} queries of ${formatCount(classes)} classes`,
    '',
    paint('strong', titles!),
    ...lines,
    ...rows.slice(1).flatMap((row) => renderDifferences(row, first!.contestant.name, metricNames, paint)),
    '',
    ...wrap(caveat(comparison), Math.max(40, width)),
  ]
}

function renderDifferences(
  {contestant, differences}: Comparison['rows'][number],
  first: string,
  metricNames: readonly string[],
  paint: Terminal['paint'],
): string[] {
  const right = (title: string): Column => ({title, align: 'right'})
  const columns: Column[] = [
    {title: `${contestant.name} less ${first}`, align: 'left'},
    right('difference'),
    {title: '95 %', align: 'left'},
    right('p'),
    right('visible from'),
    {title: '', align: 'left'},
  ]
  const rows = metricNames.map((name) => {
    const {difference, interval, p, detectable} = differences![name]!
    const verdict = p < 0.05 ? (difference > 0 ? 'better' : 'worse') : 'no difference seen'
    return [
      metricTitle(name),
      signed(difference),
      formatInterval(interval, signed),
      p < 0.001 ? '<0.001' : p.toFixed(3),
      formatShare(detectable),
      p < 0.05 ? paint(difference > 0 ? 'good' : 'warning', verdict) : verdict,
    ]
  })
  const [titles, ...lines] = renderTable(columns, rows)
  return ['', paint('strong', titles!), ...lines]
}

function caveat({rows}: Comparison): string {
  const isChosen = rows.some(({contestant}) => contestant.chosen === 'best by validation')
  return [
    'Intervals and p draw classes. "Visible from" is the smallest true difference that such a comparison finds four times in five.',
    'None of this knows of other training seeds: repeat both with several before believing a small difference.',
    ...(isChosen ? ['Best epochs were chosen on these very queries, which flatters them.'] : []),
  ].join(' ')
}

function formatInterval([low, high]: Interval, format: (value: number) => string = formatShare): string {
  return `[${format(low)}, ${format(high)}]`
}

function signed(value: number): string {
  return `${value < 0 ? '-' : '+'}${formatShare(Math.abs(value))}`
}

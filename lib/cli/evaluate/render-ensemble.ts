import {metricTitle} from '../epochs/table.ts'
import type {Terminal} from '../terminal.ts'
import {type Column, renderTable, wrap} from '../text/table.ts'
import type {EnsembleMeasurement} from './ensemble.ts'
import {formatInterval, formatMetric, renderGround, renderWarning} from './render.ts'

/** Lines that say what several models give together and alone. */
export function renderEnsemble(
  {groups, concatenated, separated}: EnsembleMeasurement,
  {paint, width}: Terminal,
): string[] {
  const [first] = groups
  const {concatenated: measured, models, dim} = first!
  const isOne = groups.length === 1
  const columns: Column[] = [
    {title: 'metric', align: 'left'},
    {title: `concatenated (${dim})`, align: 'right'},
    {title: isOne ? '95 % (classes drawn)' : `95 % (t, ${groups.length} ensembles)`, align: 'left'},
    {title: 'separated', align: 'right'},
    {title: isOne ? `95 % (t, ${models.length} models)` : `95 % (t, ${groups.length} ensembles)`, align: 'left'},
  ]
  const rows = Object.keys(concatenated).map((name) => [
    metricTitle(name),
    formatMetric(concatenated[name]!.mean),
    formatInterval(isOne ? measured.details[name]?.interval_over_classes : concatenated[name]!.interval),
    formatMetric(separated[name]!.mean),
    formatInterval(separated[name]!.interval),
  ])
  const alone = renderTable(
    [
      {title: 'model', align: 'left'},
      ...Object.keys(concatenated).map((name): Column => ({title: metricTitle(name), align: 'right'})),
      {title: 'epoch is', align: 'left'},
    ],
    groups.flatMap((group) =>
      group.models.map(({run, epoch, chosen, metrics}) => [
        `${run}@${epoch}`,
        ...Object.keys(concatenated).map((name) => formatMetric(metrics[name]!)),
        chosen,
      ]),
    ),
  )
  const [titles, ...lines] = renderTable(columns, rows)
  return [
    renderGround(measured),
    '',
    paint('strong', titles!),
    ...lines,
    '',
    paint('strong', alone[0]!),
    ...alone.slice(1),
    '',
    ...wrap(meaning, Math.max(40, width)),
    ...renderWarning(measured, width),
  ]
}

const meaning =
  'Concatenated: unit descriptors of the models one behind the other. Separated: mean of the models’ own numbers. Intervals of t are over models or ensembles, those of drawn classes over other test classes.'

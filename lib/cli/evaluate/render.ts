import {z} from 'zod'
import {metricTitle} from '../epochs/table.ts'
import type {Terminal} from '../terminal.ts'
import {formatCount, formatFigure, formatShare} from '../text/number.ts'
import {type Column, renderTable, wrap} from '../text/table.ts'

/** What of metrics.json is shown. */
export const measurementSchema = z.looseObject({
  metrics: z.record(z.string(), z.number()),
  details: z
    .record(z.string(), z.looseObject({interval_over_classes: z.tuple([z.number(), z.number()]).optional()}))
    .default({}),
  convention: z.string(),
  split: z.string().nullable(),
  queries: z.number().optional(),
  lone: z.number().optional(),
  classes: z.number().optional(),
})

export type Measurement = z.infer<typeof measurementSchema>

/** How the model that was measured came to be the one. */
export interface Selection {
  readonly run: string
  readonly epoch: number
  readonly chosen: string
}

/** Lines that say every number with its interval, what it was measured on, and how the model was chosen. */
export function renderMeasurement(measurement: Measurement, selection: Selection, {paint, width}: Terminal): string[] {
  const {metrics, details, split, convention, queries, lone, classes} = measurement
  const columns: Column[] = [
    {title: 'metric', align: 'left'},
    {title: 'value', align: 'right'},
    {title: '95 % (classes drawn)', align: 'left'},
  ]
  const rows = Object.entries(metrics).map(([name, value]) => {
    const interval = details[name]?.interval_over_classes
    const shown = value >= 0 && value <= 1 ? formatShare(value) : formatFigure(value)
    return [metricTitle(name), shown, interval === undefined ? '' : `[${interval.map(formatShare).join(', ')}]`]
  })
  const [titles, ...lines] = renderTable(columns, rows)
  const counted =
    queries === undefined ? [] : [`${formatCount(queries)} queries of ${formatCount(classes ?? 0)} classes`]
  const alone = lone ? [`${formatCount(lone)} alone in their class`] : []
  return [
    [`split ${split}`, `convention ${convention}`, ...counted, ...alone].join(', '),
    `model of ${selection.run}@${selection.epoch}: ${selection.chosen}`,
    '',
    paint('strong', titles!),
    ...lines,
    ...(split === 'test' ? ['', ...wrap(testWarning, Math.max(40, width))] : []),
  ]
}

const testWarning =
  'A number of the test set is for the end: whoever looks, changes something and looks again has made it a validation set.'

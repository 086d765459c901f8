import {z} from 'zod'
import {metricTitle} from '../epochs/table.ts'
import type {Terminal} from '../terminal.ts'
import {formatCount, formatFigure, formatShare} from '../text/number.ts'
import {type Column, renderTable, wrap} from '../text/table.ts'

const part = {
  metrics: z.record(z.string(), z.number()),
  details: z
    .record(z.string(), z.looseObject({interval_over_classes: z.tuple([z.number(), z.number()]).optional()}))
    .default({}),
  queries: z.number().optional(),
  lone: z.number().optional(),
  classes: z.number().optional(),
  gallery: z.string().optional(),
  references: z.number().optional(),
}

/** What of metrics.json is shown. */
export const measurementSchema = z.looseObject({
  ...part,
  convention: z.string(),
  split: z.string().nullable(),
  /** Name of the test set, where it has one. */
  set: z.string().optional(),
  /** Several test sets; `metrics` are then their means. */
  sets: z.array(z.looseObject({name: z.string(), ...part})).optional(),
})

export type Measurement = z.infer<typeof measurementSchema>

/** Who described the images of a side, and from which pictures. */
export interface SideFacts {
  /** `teacher@5`, or the path of a checkpoint. */
  readonly model: string
  /** `resize 64, center_crop 64` */
  readonly pictures: string
  readonly scales?: readonly number[]
  /** Of another run than the queries': how its epoch was chosen. */
  readonly chosen?: string
}

/** How the model that was measured came to be the one. */
export interface Selection {
  readonly run: string
  readonly epoch: number
  readonly chosen: string
  /** Where they are not all of the run's own making. */
  readonly queries?: SideFacts
  readonly gallery?: SideFacts
}

/** Lines that say every number with its interval, what it was measured on, and how the model was chosen. */
export function renderMeasurement(measurement: Measurement, selection: Selection, {paint, width}: Terminal): string[] {
  const {sets = []} = measurement
  return [
    renderGround(measurement),
    `model of ${selection.run}@${selection.epoch}: ${selection.chosen}`,
    ...renderSide('queries', selection.queries),
    ...renderSide('gallery', selection.gallery),
    '',
    ...(sets.length > 0 ? [`mean of ${sets.length} test sets`] : []),
    ...renderNumbers(measurement, paint),
    ...sets.flatMap((set) => [
      '',
      [`test set ${set.name}`, ...renderCounts(set)].join(', '),
      ...renderNumbers(set, paint),
    ]),
    ...renderWarning(measurement, width),
  ]
}

/** What was measured on: split, convention, queries. */
export function renderGround({split, convention, set, ...counts}: Measurement): string {
  const named = set === undefined ? [] : [`test set ${set}`]
  return [`split ${split}`, ...named, `convention ${convention}`, ...renderCounts(counts)].join(', ')
}

type Counts = Pick<Measurement, 'queries' | 'lone' | 'classes' | 'gallery' | 'references'>

function renderCounts({queries, lone, classes, gallery, references}: Counts): string[] {
  if (queries === undefined) return []
  const isAmongOthers = gallery?.startsWith('queries look among') && references !== undefined
  const among = isAmongOthers ? ` among ${formatCount(references)} images of a gallery` : ''
  const counted = `${formatCount(queries)} queries of ${formatCount(classes ?? 0)} classes${among}`
  return [counted, ...(lone ? [`${formatCount(lone)} alone in their class`] : [])]
}

function renderNumbers(
  {metrics, details}: Pick<Measurement, 'metrics' | 'details'>,
  paint: Terminal['paint'],
): string[] {
  const columns: Column[] = [
    {title: 'metric', align: 'left'},
    {title: 'value', align: 'right'},
    {title: '95 % (classes drawn)', align: 'left'},
  ]
  const rows = Object.entries(metrics).map(([name, value]) => [
    metricTitle(name),
    formatMetric(value),
    formatInterval(details[name]?.interval_over_classes),
  ])
  const [titles, ...lines] = renderTable(columns, rows)
  return [paint('strong', titles!), ...lines]
}

/** Of test images, what looking at them does. */
export function renderWarning({split}: Measurement, width: number): string[] {
  return split === 'test' ? ['', ...wrap(testWarning, Math.max(40, width))] : []
}

export function formatMetric(value: number): string {
  return value >= 0 && value <= 1 ? formatShare(value) : formatFigure(value)
}

export function formatInterval(interval: readonly number[] | undefined): string {
  return interval === undefined ? '' : `[${interval.map(formatShare).join(', ')}]`
}

function renderSide(name: string, facts: SideFacts | undefined): string[] {
  if (facts === undefined) return []
  const scales = facts.scales === undefined ? '' : `, scales ${facts.scales.map(formatMetric).join(', ')}`
  const chosen = facts.chosen === undefined ? '' : ` (${facts.chosen})`
  return [`${name} described by ${facts.model}${chosen}: ${facts.pictures}${scales}`]
}

const testWarning =
  'A number of the test set is for the end: whoever looks, changes something and looks again has made it a validation set.'

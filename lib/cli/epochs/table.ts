import {formatCount, formatSeconds, formatShare} from '../text/number.ts'
import type {Paint} from '../text/paint.ts'
import {type Column, renderTable} from '../text/table.ts'
import type {EpochHistory, EpochRow, Metrics} from './row.ts'

// Two metrics fit into 80 columns; `show evaluate@e` prints all of them.
const shownMetrics = 2

/** Lines of the table of all epochs so far: raw pixels and the untrained model first, the best epoch marked. */
export function renderEpochTable(history: EpochHistory, paint: Paint): string[] {
  const names = history.metricNames.slice(0, shownMetrics)
  const rows = history.epochs.map((row) => epochCells(row, names, paint))
  const baseline = history.baseline === undefined ? [] : [baselineCells(history.baseline, names)]
  const [titles, ...lines] = renderTable(columnsOf(names), [...baseline, ...rows])
  return [
    paint('strong', titles!),
    ...lines,
    ...verdict(history, names[0], paint),
    ...selectionNote(history, paint),
    ...renderSets(history, paint),
  ]
}

/** As publications without a validation set do; the mark has to stand wherever their numbers do. */
function selectionNote({chosenOnTest}: EpochHistory, paint: Paint): string[] {
  return chosenOnTest
    ? [paint('warning', 'the best epoch is chosen on the test classes (no validation set): its numbers are too high')]
    : []
}

/** Every test set of the best epoch under its name; above are the means. */
function renderSets({epochs, metricNames}: EpochHistory, paint: Paint): string[] {
  const best = epochs.find((row) => row.best)
  if (best?.sets === undefined) return []
  const title = `epoch ${best.epoch}, by test set`
  const columns = [{title, align: 'left'} as const, ...metricNames.map(metricColumn)]
  const rows = best.sets.map(({name, metrics}) => [name, ...metricNames.map((metric) => shareCell(metrics[metric]))])
  const [titles, ...lines] = renderTable(columns, rows)
  return ['', paint('strong', titles!), ...lines]
}

/** How papers write a metric's name: `precision@1`, `MAP@R`. */
export function metricTitle(name: string): string {
  return name
    .replace(/^map_/, 'MAP_')
    .replace(/_at_r$/, '@R')
    .replace(/_at_/, '@')
    .replaceAll('_', ' ')
}

/** The epoch with the largest metric; the earlier one wins a tie, as with the runner's keep rule. */
export function bestEpoch(epochs: readonly Omit<EpochRow, 'best'>[], metric: string | undefined): number | undefined {
  if (metric === undefined) return undefined
  let best: {epoch: number; value: number} | undefined
  for (const {epoch, metrics} of epochs) {
    const value = metrics[metric]
    if (value !== undefined && (best === undefined || value > best.value)) best = {epoch, value}
  }
  return best?.epoch
}

function metricColumn(name: string): Column {
  return {title: metricTitle(name), align: 'right'}
}

function columnsOf(names: readonly string[]): Column[] {
  const right = (title: string): Column => ({title, align: 'right'})
  return [
    {title: 'epoch', align: 'left'},
    right('loss'),
    right('active'),
    ...names.map(metricColumn),
    right('images/s'),
    right('time'),
    {title: '', align: 'left'},
  ]
}

function epochCells(row: EpochRow, names: readonly string[], paint: Paint): string[] {
  const cells = [
    row.epoch === 0 ? '0 untrained' : String(row.epoch),
    row.loss === undefined ? '-' : row.loss.toFixed(4),
    row.activeFraction === undefined ? '-' : `${(100 * row.activeFraction).toFixed(1)}%`,
    ...names.map((name) => shareCell(row.metrics[name])),
    row.imagesPerSecond === undefined ? '-' : formatCount(row.imagesPerSecond),
    row.seconds === undefined ? '-' : formatSeconds(row.seconds),
  ]
  if (!row.best) return [...cells, '']
  return [...cells, 'best'].map((cell) => paint('good', cell))
}

function baselineCells(baseline: Metrics, names: readonly string[]): string[] {
  return ['raw 16x16 pixels', '-', '-', ...names.map((name) => shareCell(baseline[name])), '-', '-', '']
}

/** Whether the best epoch is above what needs no model at all. */
function verdict({epochs, baseline}: EpochHistory, name: string | undefined, paint: Paint): string[] {
  const best = epochs.find((row) => row.best)
  const [value, line] = name === undefined ? [] : [best?.metrics[name], baseline?.[name]]
  if (name === undefined || value === undefined || line === undefined) return []
  const toBeat = `raw pixels, the line to beat: ${metricTitle(name)} ${formatShare(line)}`
  return [
    value > line
      ? paint('good', `the best epoch (${best?.epoch}) is above ${toBeat}`)
      : paint('warning', `no epoch is above ${toBeat}`),
  ]
}

function shareCell(value: number | undefined): string {
  return value === undefined ? '-' : formatShare(value)
}

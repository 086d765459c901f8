import {formatBytes, formatCount, formatFigure, formatPlural} from '../text/number.ts'
import type {Paint} from '../text/paint.ts'
import {type Column, fit, renderTable, wrap} from '../text/table.ts'
import type {Cell} from './rows.ts'
import type {SafetensorsSummary} from './safetensors.ts'
import {columnTypeName, type TableScan} from './scan.ts'

/** What one rendering may use. */
export interface Page {
  readonly width: number
  readonly paint: Paint
}

/** Schema with meanings, counts, ranges and the first rows of a table. */
export function renderScan(scan: TableScan, page: Page): string[] {
  const selected = scan.matchCount === scan.rowCount ? '' : `, ${formatCount(scan.matchCount)} selected`
  const metadata = Object.entries(scan.metadata).filter(([key]) => !key.startsWith('nearmiss.'))
  return [
    ...wrap(`${scan.definition.name}: ${scan.definition.meaning}`, page.width),
    `${formatPlural(scan.rowCount, 'row')}${selected}`,
    '',
    ...renderSchema(scan, page),
    ...(metadata.length === 0 ? [] : ['', ...renderMetadata(metadata, page)]),
    ...renderStatistics(scan, page),
    ...renderHead(scan, page),
  ]
}

/** Tensors of a model with shapes and norms, and what the file says about itself. */
export function renderSafetensors(summary: SafetensorsSummary, page: Page): string[] {
  const numbers = summary.tensors.reduce(
    (sum, tensor) => sum + tensor.shape.reduce((product, size) => product * size, 1),
    0,
  )
  const nanCount = summary.tensors.reduce((sum, tensor) => sum + tensor.nanCount, 0)
  const metadata = Object.entries(summary.metadata)
  const rows = summary.tensors.map((tensor) => [
    tensor.name,
    tensor.dtype,
    tensor.shape.length === 0 ? 'scalar' : tensor.shape.join(' x '),
    tensor.norm === undefined ? '' : formatFigure(tensor.norm),
    tensor.nanCount === 0 ? '' : page.paint('bad', `${formatCount(tensor.nanCount)} NaN`),
  ])
  return [
    `safetensors: ${formatPlural(summary.tensors.length, 'tensor')}, ${formatCount(numbers)} numbers, ${formatBytes(summary.bytes)}, NaN ${formatCount(nanCount)}`,
    '',
    ...renderMetadata(metadata, page),
    ...(metadata.length === 0 ? [] : ['']),
    ...titled(renderTable([left('tensor'), left('type'), right('shape'), right('norm'), left('')], rows), page),
  ]
}

/** A cell in a few characters: long vectors keep their first numbers and say how many there are. */
function formatCell(cell: Cell): string {
  if (typeof cell === 'string') return cell
  if (typeof cell === 'number') return formatNumber(cell)
  const numbers = Array.from(cell.subarray(0, 3), (value) => value.toFixed(4))
  return `[${numbers.join(' ')}${cell.length > 3 ? ` … ${cell.length}` : ''}]`
}

/** A titled table, cut to the width of the page. */
export function renderPage(columns: readonly Column[], rows: readonly (readonly string[])[], page: Page): string[] {
  const lines = renderTable(columns, rows).map((line) => fit(line, page.width))
  return lines.map((line, i) => (i === 0 ? page.paint('strong', line) : line))
}

/** What a file says about itself; long values (JSON) are cut. */
function renderMetadata(metadata: readonly (readonly [string, string])[], page: Page): string[] {
  const width = Math.max(0, ...metadata.map(([key]) => key.length))
  return metadata.map(([key, value]) => fit(`${key.padEnd(width)}  ${value}`, page.width))
}

function renderSchema(scan: TableScan, page: Page): string[] {
  const entries = Object.entries(scan.definition.columns)
  const rows = entries.map(([name, {type}]) => [name, columnTypeName(type, scan.dim)])
  const [titles, ...lines] = renderTable([left('column'), left('type')], rows)
  const width = Math.max(titles!.length, ...lines.map((line) => line.length))
  const indent = ' '.repeat(width + 2)
  const described = lines.flatMap((line, i) => {
    const [first, ...rest] = wrap(entries[i]![1].meaning, Math.max(20, page.width - indent.length))
    return [`${line.padEnd(width)}  ${first}`, ...rest.map((part) => indent + part)]
  })
  return titled([`${titles!.padEnd(width)}  meaning`, ...described], page)
}

function renderStatistics(scan: TableScan, page: Page): string[] {
  if (scan.matchCount === 0 || scan.statistics.size === 0) return []
  const rows = [...scan.statistics].map(([name, {minimum, maximum, mean, nanCount}]) => [
    scan.definition.columns[name]!.type === 'vector' ? `norm of ${name}` : name,
    ...(nanCount === scan.matchCount ? ['-', '-', '-'] : [minimum, mean, maximum].map(formatNumber)),
    nanCount === 0 ? '0' : page.paint('warning', formatCount(nanCount)),
  ])
  return [
    '',
    ...titled(renderTable([left('number'), right('min'), right('mean'), right('max'), right('NaN')], rows), page),
  ]
}

function renderHead(scan: TableScan, page: Page): string[] {
  if (scan.head.length === 0) return []
  const columns = Object.entries(scan.definition.columns).map(([name, {type}]) =>
    type === 'utf8' || type === 'vector' ? left(name) : right(name),
  )
  const rows = scan.head.map((row) => row.map(formatCell))
  return ['', ...renderPage(columns, rows, page)]
}

/** Ids and seeds as they are written in other tools: no separators. */
function formatNumber(value: number): string {
  return Number.isInteger(value) ? String(value) : formatFigure(value)
}

function titled(lines: readonly string[], page: Page): string[] {
  return lines.map((line, i) => (i === 0 ? page.paint('strong', line) : line))
}

export function left(title: string) {
  return {title, align: 'left'} as const
}

export function right(title: string) {
  return {title, align: 'right'} as const
}

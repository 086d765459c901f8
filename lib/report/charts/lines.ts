import {type Chart, dashLegend, type Layer, symbolLegend} from './draw.ts'

/** A line in a chart. */
export interface Series {
  readonly name: string
  readonly points: readonly {readonly x: number; readonly y: number; readonly low?: number; readonly high?: number}[]
}

export interface LineChart {
  readonly title: string
  readonly xTitle: string
  readonly series: readonly Series[]
  /** A level to compare with, drawn across. */
  readonly level?: {readonly name: string; readonly y: number}
  /** A place worth finding: the best epoch. */
  readonly mark?: {readonly name: string; readonly x: number}
  readonly logarithmic?: boolean
  readonly width?: number
}

interface LineSpec {
  width: number
  height: number
  title: string
  data: {values: object[]}
  layer: Layer[]
}

/** Lines over epochs or ranks: told apart by dashes and symbols as well as by colour; intervals as bars. */
export function lineChart(chart: LineChart): Chart<LineSpec> {
  const values = chart.series.flatMap(({name, points}) => points.map((point) => ({...point, name})))
  const layers = [levelLayers(chart), markLayers(chart), seriesLayers(chart, values.length)]
  return {
    description: describe(chart),
    spec: {width: chart.width ?? 380, height: 190, title: chart.title, data: {values}, layer: layers.flat()},
  }
}

const yField = {
  field: 'y',
  type: 'quantitative',
  title: null,
  scale: {zero: false},
  axis: {tickCount: 5, format: '~g'},
} as const

function levelLayers({level}: LineChart): Layer[] {
  if (level === undefined) return []
  const data = {values: [{y: level.y, label: level.name}]}
  return [
    {data, mark: {type: 'rule', strokeDash: [2, 3]}, encoding: {y: yField}},
    {
      data,
      mark: {type: 'text', align: 'right', baseline: 'bottom', dx: -4, dy: -2, x: 'width'},
      encoding: {y: yField, text: {field: 'label'}},
    },
  ]
}

function markLayers(chart: LineChart): Layer[] {
  const {mark} = chart
  if (mark === undefined) return []
  const data = {values: [{x: mark.x, label: mark.name}]}
  // To the inside of the chart: at its left end a word around the line would run over the topmost number of the axis.
  const xs = chart.series.flatMap(({points}) => points.map(({x}) => x))
  const align = 2 * mark.x <= Math.min(...xs) + Math.max(...xs) ? 'left' : 'right'
  return [
    {data, mark: {type: 'rule', strokeDash: [1, 2]}, encoding: {x: xField(chart)}},
    {
      data,
      mark: {type: 'text', align, baseline: 'bottom', y: -5},
      encoding: {x: xField(chart), text: {field: 'label'}},
    },
  ]
}

function seriesLayers(chart: LineChart, pointCount: number): Layer[] {
  const names = chart.series.map(({name}) => name)
  const tellApart = {type: 'nominal', field: 'name', sort: names} as const
  const hasPoints = pointCount <= 60
  const told = {...tellApart, legend: names.length < 2 ? null : hasPoints ? symbolLegend : dashLegend}
  const x = xField(chart)
  const lines: Layer = {
    mark: {type: 'line', strokeWidth: 2},
    encoding: {x, y: yField, color: told, strokeDash: told},
  }
  const points: Layer = {
    mark: {type: 'point', filled: true, size: 45, opacity: 1},
    encoding: {x, y: yField, color: told, shape: told},
  }
  const intervals: Layer = {
    transform: [{filter: 'isValid(datum.low)'}],
    mark: {type: 'rule', strokeWidth: 1.5},
    encoding: {x, y: {...yField, field: 'low'}, y2: {field: 'high'}, color: told},
  }
  const hasIntervals = chart.series.some(({points}) => points.some(({low}) => low !== undefined))
  return [...(hasIntervals ? [intervals] : []), lines, ...(hasPoints ? [points] : [])]
}

function xField({series, xTitle, logarithmic}: LineChart) {
  const whole = series.every(({points}) => points.every(({x}) => Number.isInteger(x)))
  return {
    field: 'x',
    type: 'quantitative',
    title: xTitle,
    scale: logarithmic ? ({type: 'log'} as const) : ({zero: false, nice: false} as const),
    axis: {grid: false, ...(whole ? {tickMinStep: 1, format: 'd'} : {})},
  } as const
}

function describe({title, xTitle, series, level, mark}: LineChart): string {
  const lines = series.map(({name, points}) => {
    const [first, last] = [points[0], points.at(-1)]
    if (first === undefined || last === undefined) return `${name}: no values`
    return `${name} from ${first.y.toPrecision(4)} (${xTitle} ${first.x}) to ${last.y.toPrecision(4)} (${xTitle} ${last.x})`
  })
  const extras = [
    ...(level === undefined ? [] : [`${level.name}: ${level.y.toPrecision(4)}`]),
    ...(mark === undefined ? [] : [`${mark.name}: ${xTitle} ${mark.x}`]),
  ]
  return `${title}. ${[...lines, ...extras].join('; ')}.`
}

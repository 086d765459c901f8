import {parse, View} from 'vega'
import {compile, type TopLevelSpec} from 'vega-lite'
import type {Palette} from '../palette.ts'

/** One of several drawings on the same axes. */
export type Layer = Extract<TopLevelSpec, {layer: unknown}>['layer'][number]

/** A legend of pieces of the lines themselves, whose dashes tell what colours alone would not. */
export const dashLegend = {symbolType: 'stroke', symbolSize: 400} as const

/** A legend of the points' shapes; an outline would be dashed as the line is, and blur them. */
export const symbolLegend = {symbolStrokeWidth: 0, symbolSize: 90} as const

/** A drawing, and in a sentence what it shows, for those who do not see it. */
export interface Chart<Spec extends TopLevelSpec = TopLevelSpec> {
  readonly spec: Spec
  readonly description: string
}

/** Draws a chart as SVG text; equal charts give equal text. */
export async function drawChart({spec, description}: Chart, palette: Palette): Promise<string> {
  const view = new View(parse(compile({...spec, config: configOf(palette)}).spec), {renderer: 'none'})
  try {
    return asOneImage(await view.toSVG(), description)
  } finally {
    view.finalize()
  }
}

const font = 'system-ui, "Segoe UI", Roboto, "Liberation Sans", sans-serif'

function configOf(palette: Palette): NonNullable<TopLevelSpec['config']> {
  const {ink, muted, line, paper} = palette
  return {
    font,
    background: paper,
    padding: 4,
    view: {stroke: null},
    range: {
      category: [...palette.series],
    },
    axis: {
      labelColor: ink,
      titleColor: ink,
      labelFontSize: 12,
      titleFontSize: 12,
      titleFontWeight: 600,
      gridColor: line,
      domainColor: muted,
      tickColor: muted,
      labelOverlap: true,
    },
    legend: {
      labelColor: ink,
      titleColor: ink,
      labelFontSize: 12,
      orient: 'top',
      title: null,
      symbolStrokeWidth: 2,
      symbolSize: 90,
      labelLimit: 0,
      columns: 2,
    },
    title: {color: ink, fontSize: 13, anchor: 'start', fontWeight: 600, offset: 16},
    text: {color: ink, fontSize: 12},
    rule: {color: muted},
  }
}

/** One image with one description: a screen reader that walks through every tick of every axis says nothing. */
function asOneImage(svg: string, description: string): string {
  const plain = svg.replaceAll(/ (?:role|aria-[a-z]+)="[^"]*"/g, '')
  return plain.replace('<svg ', `<svg role="img" aria-label="${escapeAttribute(description)}" `)
}

function escapeAttribute(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;')
}

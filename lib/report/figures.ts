import {mkdir, writeFile} from 'node:fs/promises'
import {join} from 'node:path'
import sharp from 'sharp'
import type {Analysis} from './analysis/analyse.ts'
import {distanceChart} from './charts/distances.ts'
import {type Chart, drawChart} from './charts/draw.ts'
import {infoPlot} from './charts/info-plot.ts'
import {mapChart} from './charts/map.ts'
import {drawRecoveries} from './charts/recoveries.ts'
import type {RunFacts} from './facts.ts'
import {numbersOf} from './numbers.ts'
import {filePalette} from './palette.ts'
import type {Pictures} from './pictures.ts'
import {curveCharts} from './sections/curves.ts'
import {recallChart} from './sections/retrieval.ts'
import {writeRows} from './write-rows.ts'

/** Pixels for one unit of a drawing: sharp on paper. */
const scale = 2

/** Writes every figure of a report as SVG and PNG, and the numbers behind them as CSV and JSON; returns names of figures and tables. */
export async function writeFigures(
  folder: string,
  facts: RunFacts,
  analysis: Analysis | undefined,
  pictures: Pictures | undefined,
): Promise<string[]> {
  await mkdir(folder, {recursive: true})
  const drawings = new Map<string, string>()
  for (const {name, chart} of chartsOf(facts, analysis)) drawings.set(name, await drawChart(chart, filePalette))
  if (analysis !== undefined && pictures !== undefined && analysis.drawn.length > 0) {
    drawings.set('recoveries', await drawRecoveries(analysis.drawn, pictures))
  }
  for (const [name, svg] of drawings) {
    await writeFile(join(folder, `${name}.svg`), svg)
    await sharp(Buffer.from(svg), {density: 72 * scale})
      .flatten({background: 'white'})
      .png()
      .toFile(join(folder, `${name}.png`))
  }
  const numbers = numbersOf(facts, analysis)
  for (const {name, rows} of numbers) await writeRows(folder, name, rows)
  return [...drawings.keys(), ...numbers.map(({name}) => name)]
}

function chartsOf(facts: RunFacts, analysis: Analysis | undefined): {name: string; chart: Chart}[] {
  const {retrieval, plane, tables} = analysis ?? {}
  return [
    {name: 'info-plot', chart: infoPlot(facts)},
    ...curveCharts(facts),
    ...(retrieval === undefined
      ? []
      : [
          {name: 'recall', chart: recallChart(retrieval)},
          {name: 'distances', chart: distanceChart(retrieval.histogram)},
        ]),
    ...(plane === undefined ? [] : [{name: 'map', chart: mapChart(plane, tables?.queries, filePalette)}]),
  ]
}

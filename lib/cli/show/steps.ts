import {formatFigure} from '../text/number.ts'
import {sparkline} from '../text/sparkline.ts'
import {left, type Page, renderPage, right} from './render.ts'
import type {ReadCell} from './scan.ts'

/** Columns of the steps that are worth a curve. */
const curves = ['loss', 'active_fraction', 'positive_distance', 'negative_distance', 'gradient_norm', 'lr'] as const

const curveWidth = 32

/** The numbers of every step, by column. */
export type Curves = Readonly<Record<(typeof curves)[number], readonly number[]>>

/** Gathers the curves of an epoch while its steps pass by. */
export function gatherCurves(): {visit(row: ReadCell): void; curves(): Curves} {
  const gathered = Object.fromEntries(curves.map((name) => [name, [] as number[]])) as Record<
    (typeof curves)[number],
    number[]
  >
  return {
    visit(row) {
      for (const name of curves) gathered[name].push(row(name) as number)
    },
    curves: () => gathered,
  }
}

/** A line a column: its first, mean and last number, and how it went on the way. */
export function renderCurves(gathered: Curves, page: Page): string[] {
  if (gathered.loss.length === 0) return []
  const rows = curves.map((name) => {
    const known = gathered[name].filter((value) => !Number.isNaN(value))
    const mean = known.reduce((sum, value) => sum + value, 0) / known.length
    const figures = known.length === 0 ? ['-', '-', '-'] : [known[0]!, mean, known.at(-1)!].map(formatFigure)
    return [name, ...figures, sparkline(gathered[name], curveWidth)]
  })
  const columns = [left('over the steps'), right('first'), right('mean'), right('last'), left('')]
  return ['', ...renderPage(columns, rows, page)]
}

import {formatFigure} from '../text/number.ts'
import type {ImageNames} from './images.ts'
import {left, type Page, renderPage, right} from './render.ts'
import type {ReadCell} from './scan.ts'

/** Two images of different classes that the model takes for alike. */
export interface Pair {
  readonly anchor: number
  readonly neighbour: number
  readonly distance: number
}

/** Keeps the `count` nearest pairs of a table of neighbours while it passes by; a pair seen from both sides counts once. */
export function gatherNearestPairs(count: number): {visit(row: ReadCell): void; pairs(): readonly Pair[]} {
  const nearest: Pair[] = []
  const isKnown = ({anchor, neighbour}: Pair) =>
    nearest.some((pair) => pair.anchor === neighbour && pair.neighbour === anchor)
  return {
    visit(row) {
      const distance = row('distance') as number
      if (nearest.length >= count && !(distance < (nearest.at(-1)?.distance ?? 0))) return
      const pair = {anchor: row('anchor') as number, neighbour: row('neighbour') as number, distance}
      if (isKnown(pair)) return
      nearest.splice(nearest.filter((other) => other.distance <= distance).length, 0, pair)
      nearest.length = Math.min(nearest.length, count)
    },
    pairs: () => nearest,
  }
}

/** The hardest pairs: nearest first, two lines each, with the names of the classes that were confused. */
export function renderPairs(pairs: readonly Pair[], images: ImageNames, page: Page): string[] {
  const describe = (image: number) => [String(image), images.get(image)?.className ?? '', images.get(image)?.path ?? '']
  const rows = pairs.flatMap(({anchor, neighbour, distance}) => [
    [formatFigure(distance), ...describe(anchor)],
    ['', ...describe(neighbour)],
  ])
  const columns = [right('distance'), right('image'), left('class'), left('file')]
  return ['', 'hardest pairs (nearest of different classes):', ...renderPage(columns, rows, page)]
}

import type {Box} from '../box.ts'

/**
 * A box from the numbers of two corners, of which the second is just outside; fractions of a pixel are dropped, as open-metric-learning does.
 * undefined where one of them is no number.
 */
export function boxBetween([x1, y1, x2, y2]: readonly (string | number | undefined)[]): Box | undefined {
  const [left, top, right, bottom] = [x1, y1, x2, y2].map((text) =>
    text === undefined || text === '' ? Number.NaN : Math.trunc(Number(text)),
  ) as [number, number, number, number]
  const box = {left, top, width: right - left, height: bottom - top}
  return Object.values(box).every(Number.isSafeInteger) ? box : undefined
}

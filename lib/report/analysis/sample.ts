import {openRandom} from '../../random.ts'

/** At most `count` rows of `rowCount`, drawn from a seed and put in order; all of them where that is enough. */
export function sampleRows(rowCount: number, count: number, purpose: string): number[] {
  const rows = Array.from({length: rowCount}, (_, row) => row)
  if (rowCount <= count) return rows
  return openRandom(0, 'report', purpose)
    .shuffled(rows)
    .slice(0, count)
    .sort((a, b) => a - b)
}

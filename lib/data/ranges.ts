/** Class numbers from `from` to `to`, both included. */
export interface Interval {
  readonly from: number
  readonly to: number
}

/** Reads class numbers as pipeline.yaml writes them: `7`, `0-49`, `0-9,20-29`; undefined when the text is none of these. */
export function parseRanges(text: string | number): Interval[] | undefined {
  const intervals: Interval[] = []
  for (const part of String(text).split(',')) {
    const match = /^(\d{1,9})(?:-(\d{1,9}))?$/.exec(part.trim())
    if (match === null) return undefined
    const from = Number(match[1])
    const to = Number(match[2] ?? from)
    if (to < from) return undefined
    intervals.push({from, to})
  }
  return intervals
}

export function contains(intervals: readonly Interval[], value: number): boolean {
  return intervals.some(({from, to}) => from <= value && value <= to)
}

/** What two sets of class numbers share. */
export function intersect(a: readonly Interval[], b: readonly Interval[]): Interval[] {
  return a
    .flatMap((one) => b.map((other) => ({from: Math.max(one.from, other.from), to: Math.min(one.to, other.to)})))
    .filter(({from, to}) => from <= to)
}

/** Writes class numbers the way they are read: `0-9,20-29`. */
export function formatRanges(intervals: readonly Interval[]): string {
  return intervals.map(({from, to}) => (from === to ? `${from}` : `${from}-${to}`)).join(',')
}

/** The fewest intervals that hold exactly these numbers, which ascend. */
export function intervalsOf(ascending: readonly number[]): Interval[] {
  const intervals: {from: number; to: number}[] = []
  for (const value of ascending) {
    const last = intervals.at(-1)
    if (last !== undefined && value === last.to + 1) last.to = value
    else intervals.push({from: value, to: value})
  }
  return intervals
}

import {formatCount, formatFigure, formatPlural} from '../text/number.ts'
import {sparkline} from '../text/sparkline.ts'
import type {ActivityRule} from './activity.ts'
import {left, type Page, renderPage, right} from './render.ts'
import type {ReadCell} from './scan.ts'

/** How near the positives and negatives of a plan are to their anchors. */
export interface TupleDistances {
  readonly positive: Spread
  readonly negative: Spread
  /** Combinations of a positive and a negative of one anchor. */
  readonly triplets: number
  /** Those that the rule finds active. */
  readonly active: number
}

interface Spread {
  readonly count: number
  readonly sum: number
  readonly least: number
  readonly most: number
  /** Counts by tenths of a distance from 0 to 2. */
  readonly histogram: readonly number[]
}

const bins = 20

/** Gathers the distances of all tuples of a plan while it passes by; undefined for a plan without any. */
export function gatherTuples(rule: ActivityRule | undefined): {
  visit(row: ReadCell): void
  distances(): TupleDistances | undefined
} {
  const [positive, negative] = [openSpread(), openSpread()]
  let [step, triplets, active] = [-1, 0, 0]
  let groups = new Map<number, {positive: number[]; negative: number[]}>()
  const finishStep = () => {
    for (const own of groups.values()) {
      triplets += own.positive.length * own.negative.length
      if (rule === undefined) continue
      for (const near of own.positive) for (const far of own.negative) if (rule.isActive(near, far)) active++
    }
    groups = new Map()
  }
  return {
    visit(row) {
      const role = row('role')
      const distance = row('distance') as number
      if ((role !== 'positive' && role !== 'negative') || Number.isNaN(distance)) return
      if (row('step') !== step) finishStep()
      step = row('step') as number
      const group = row('group') as number
      if (!groups.has(group)) groups.set(group, {positive: [], negative: []})
      groups.get(group)![role].push(distance)
      if (role === 'positive') positive.add(distance)
      else negative.add(distance)
    },
    distances() {
      finishStep()
      if (triplets === 0) return undefined
      return {positive: positive.result(), negative: negative.result(), triplets, active}
    },
  }
}

/** Distances of positives and negatives, and how many triplets have a loss where the objective's margin says so. */
export function renderTuples(tuples: TupleDistances, rule: ActivityRule | undefined, page: Page): string[] {
  const rows = (['positive', 'negative'] as const).map((role) => {
    const {count, sum, least, most, histogram} = tuples[role]
    return [role, formatCount(count), ...[least, sum / count, most].map(formatFigure), sparkline(histogram, bins)]
  })
  const columns = [left('role'), right('count'), right('min'), right('mean'), right('max'), left('from 0 to 2')]
  const title = 'distances to the anchor, by the descriptors that the plan was made with:'
  const activity =
    rule === undefined
      ? []
      : [
          `${formatCount(tuples.active)} of ${formatPlural(tuples.triplets, 'triplet')} active (${percent(tuples)}) at ${rule.words}`,
        ]
  return ['', title, ...renderPage(columns, rows, page), ...activity]
}

function percent({active, triplets}: TupleDistances): string {
  return `${((100 * active) / triplets).toFixed(1)}%`
}

function openSpread(): {add(value: number): void; result(): Spread} {
  const histogram = Array<number>(bins).fill(0)
  let [count, sum, least, most] = [0, 0, Number.POSITIVE_INFINITY, 0]
  return {
    add(value) {
      count++
      sum += value
      least = Math.min(least, value)
      most = Math.max(most, value)
      histogram[Math.min(bins - 1, Math.floor((value / 2) * bins))]!++
    },
    result: () => ({count, sum, least, most, histogram}),
  }
}

import assert from 'node:assert/strict'
import jstat from 'jstat'

/** How often a right sampler would fail a test, were its seeds drawn anew: titles state it. */
const falseAlarm = 1e-4

/** Counts of what was drawn, and the chance that each of all possible outcomes should have. */
export interface Sample {
  readonly drawn: readonly string[]
  readonly chances: ReadonlyMap<string, number>
}

/**
 * Pearson's chi-square test of independent samples together: fails when counts as far from the chances as these are rarer than
 * 1 in 10,000. Outcomes without a chance must never have been drawn. Every outcome must be expected five times or more.
 */
export function assertFits(...samples: readonly Sample[]): void {
  const {statistic, degrees} = chiSquare(samples)
  const chance = 1 - jstat.chisquare.cdf(statistic, degrees)
  assert.ok(chance > falseAlarm, `chi-square ${statistic.toFixed(1)} with ${degrees} degrees of freedom: p ${chance}`)
}

/** Equal chances for all outcomes. */
export function uniform(outcomes: Iterable<string>): Map<string, number> {
  const all = [...outcomes]
  return new Map(all.map((outcome) => [outcome, 1 / all.length]))
}

/** All ordered pairs of two different ones of the items: `a b`. */
export function orderedPairs(items: readonly (string | number)[]): string[] {
  return items.flatMap((one) => items.filter((other) => other !== one).map((other) => `${one} ${other}`))
}

function chiSquare(samples: readonly Sample[]): {statistic: number; degrees: number} {
  let [statistic, degrees] = [0, 0]
  for (const {drawn, chances} of samples) {
    const possible = [...chances].filter(([, chance]) => chance > 0)
    const total = possible.reduce((sum, [, chance]) => sum + chance, 0)
    assert.ok(Math.abs(total - 1) < 1e-9, `chances sum up to ${total}`)
    const counts = new Map<string, number>()
    for (const outcome of drawn) counts.set(outcome, (counts.get(outcome) ?? 0) + 1)
    for (const outcome of counts.keys()) assert.ok((chances.get(outcome) ?? 0) > 0, `${outcome} cannot be drawn`)
    for (const [outcome, chance] of possible) {
      const expected = chance * drawn.length
      assert.ok(expected >= 5, `${outcome} is expected ${expected} times only: draw more`)
      statistic += ((counts.get(outcome) ?? 0) - expected) ** 2 / expected
    }
    degrees += possible.length - 1
  }
  return {statistic, degrees}
}

import {UsageError} from '../usage-error.ts'
import type {Contestant} from './contestant.ts'

/** Refuses measurements that do not answer the same question, with every difference found. */
export function checkAlike(contestants: readonly Contestant[]): void {
  const [first, ...others] = contestants as [Contestant, ...Contestant[]]
  const problems = others.flatMap((other) => differences(first, other))
  if (problems.length > 0)
    throw new UsageError(
      `These cannot be compared query by query:\n${problems.map((problem) => `- ${problem}`).join('\n')}\n` +
        'Measure them on the same pictures with the same metrics: npx nearmiss run --run NAME --set …',
    )
}

function differences(first: Contestant, other: Contestant): string[] {
  const pair = `${first.name} and ${other.name}`
  const problems: string[] = []
  if (first.split !== other.split) problems.push(`${pair} are of split ${first.split} and ${other.split}`)
  if (first.convention !== other.convention)
    problems.push(`${pair} are in the conventions ${first.convention} and ${other.convention}`)
  const common = other.queries.metricNames.filter((name) => first.queries.metricNames.includes(name))
  if (common.length === 0) problems.push(`${pair} have no metric in common`)
  const [one, two] = [queriesOf(first), queriesOf(other)]
  const missing = [...one.keys()].filter((query) => !two.has(query))
  const added = [...two.keys()].filter((query) => !one.has(query))
  if (missing.length > 0) problems.push(`${other.name} lacks ${count(missing)} of ${first.name}`)
  if (added.length > 0) problems.push(`${first.name} lacks ${count(added)} of ${other.name}`)
  const shared = [...one.keys()].filter((query) => two.has(query))
  const relabelled = shared.filter((query) => one.get(query)!.label !== two.get(query)!.label)
  if (relabelled.length > 0) problems.push(`${pair} have other classes for ${count(relabelled)}`)
  const repainted = shared.filter((query) => {
    const [a, b] = [first.pictures?.get(one.get(query)!.id), other.pictures?.get(two.get(query)!.id)]
    return a !== undefined && b !== undefined && a !== b
  })
  if (repainted.length > 0) problems.push(`${pair} have other pictures for ${count(repainted)}`)
  return problems
}

/** Queries by set and id. */
function queriesOf({queries}: Contestant): Map<string, {id: number; label: number}> {
  const {set, id, label} = queries
  return new Map(Array.from(id, (one, row) => [`${set[row]} ${one}`.trim(), {id: one, label: label[row]!}]))
}

function count(queries: readonly string[]): string {
  const shown = queries.slice(0, 5).join(', ')
  const noun = queries.length === 1 ? 'query' : 'queries'
  return `${queries.length.toLocaleString('en')} ${noun} (${queries.length > 5 ? `${shown}, …` : shown})`
}

import {checkAlike} from '../compare/check-alike.ts'
import {type Comparison, compareAll} from '../compare/comparison.ts'
import {loadContestant} from '../compare/contestant.ts'
import {renderComparison} from '../compare/render.ts'
import type {Project} from '../project.ts'
import type {Terminal} from '../terminal.ts'
import {UsageError} from '../usage-error.ts'

export interface CompareOptions {
  readonly json: boolean
}

/** Compares measurements of the same queries: means with intervals, and paired differences from the first one. */
export async function compare(
  project: Project,
  references: readonly string[],
  options: CompareOptions,
  terminal: Terminal,
): Promise<number> {
  if (references.length < 2) throw new UsageError('Name two runs or more: npx nearmiss compare demo margin@5')
  const contestants = []
  for (const reference of references) contestants.push(await loadContestant(project, reference))
  checkAlike(contestants)
  const comparison = compareAll(contestants)
  terminal.print(options.json ? [JSON.stringify(asJson(comparison), null, 2)] : renderComparison(comparison, terminal))
  return 0
}

/** The stable form that scripts read. */
function asJson({metricNames, rows}: Comparison) {
  const [first] = rows
  return {
    split: first!.contestant.split,
    convention: first!.contestant.convention,
    metrics: metricNames,
    runs: rows.map(({contestant, means, differences}) => ({
      name: contestant.name,
      chosen: contestant.chosen,
      means,
      ...(differences && {less: first!.contestant.name, differences}),
    })),
  }
}

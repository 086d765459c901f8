import {listRuns} from '../pipeline/runs.ts'
import {UsageError} from './usage-error.ts'

/** Run of a command that names neither run nor preset. */
export const defaultRun = 'demo'

/** The run that a command looks at: the one named, else the default one, else the only one. Throws UsageError where that is none. */
export function findRunName(artifacts: string, named: string | undefined): string {
  const runs = listRuns(artifacts)
  const wanted = named ?? (runs.length === 1 ? runs[0]! : defaultRun)
  if (runs.includes(wanted)) return wanted
  if (runs.length === 0) throw new UsageError('There is no run yet. Start one: make epoch')
  throw new UsageError(`There is no run "${wanted}". Name one with --run: ${runs.join(', ')}`)
}

import type {Event} from './event.ts'
import type {PlanRequest} from './plan.ts'

/** What a runner is asked to do, and how it is watched and stopped. */
export interface RunRequest extends PlanRequest {
  /** Exit with 4 instead of waiting for another runner. */
  readonly noWait: boolean
  readonly onEvent: (event: Event) => void
  /** First Ctrl-C: the running stage writes a snapshot and stops; exit code 85 (130 when nothing was worth keeping). */
  readonly signal: AbortSignal
  /** Second Ctrl-C: the running stage is killed. */
  readonly kill: AbortSignal
}

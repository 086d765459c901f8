import type {Event} from './event.ts'
import type {PlanRequest} from './plan.ts'

export interface RunRequest extends PlanRequest {
  /** Exit with 4 instead of waiting for another runner. */
  readonly noWait: boolean
  readonly onEvent: (event: Event) => void
  /** First Ctrl-C: the running stage writes a snapshot and stops; exit code 85 (130 when nothing was worth keeping). */
  readonly signal: AbortSignal
  /** Second Ctrl-C: the running stage is killed; exit code 130. */
  readonly kill: AbortSignal
}

/**
 * Computes what is missing as far as epoch `epochs`. Failures of stages, contracts and locks are events and an exit code;
 * a changed configuration of a frozen run throws a ConfigError (2), a folder that cannot be written a UserError (1).
 */
export async function executeRun(_request: RunRequest): Promise<{exitCode: number}> {
  throw new Error('not yet')
}

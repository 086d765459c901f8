import type {RunRequest} from './run.ts'

export interface StageByHandRequest extends RunRequest {
  /** Name of the stage in pipeline.yaml, `mine-negatives`. `epochs` of the request says which epoch it is (ignored outside the loop). */
  readonly stage: string
  /** Loose files instead of the run's own artifacts: input -> path. Needs `out`. */
  readonly inputs: Readonly<Record<string, string>>
  /** Folder for the outputs; without it they go to the store like any other. */
  readonly out?: string | undefined
}

/**
 * Runs one stage through the same code path as a run: inputs come from the run (or from loose files), nothing upstream is computed.
 * A missing input is a UserError that says how to get it.
 */
export async function executeStage(
  _request: StageByHandRequest,
): Promise<{exitCode: number; files: Readonly<Record<string, string>>}> {
  throw new Error('not yet')
}

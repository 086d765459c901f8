import {withEntries} from '../pipeline/derived.ts'
import type {StageEntry} from '../pipeline/pipeline-file.ts'
import {executeStage} from '../pipeline/stage-by-hand.ts'
import {UserError} from '../user-error.ts'
import {openConfig, type Project} from './project.ts'

interface LooseStage {
  /** Of the catalogue, and not of pipeline.yaml. */
  readonly stage: string
  readonly values: Readonly<Record<string, unknown>>
  readonly inputs: Readonly<Record<string, string>>
  /** Where its outputs go. */
  readonly folder: string
}

/** Runs a stage for a verb that needs the engine, outside of any run; returns its outputs' files. Throws UserError when it fails or is interrupted. */
export async function runLooseStage(
  project: Project,
  {stage, values, inputs, folder}: LooseStage,
): Promise<Readonly<Record<string, string>>> {
  const {config, catalogue} = await openConfig(project, {set: []})
  const {outputs} = catalogue.stages[stage]!
  const entry: StageEntry = {in: {}, out: {...outputs}, params: [], with: {...values}, keep: {}}
  const stop = new AbortController()
  const interrupt = () => stop.abort()
  process.on('SIGINT', interrupt).on('SIGTERM', interrupt)
  let problems: readonly string[] = []
  try {
    const {exitCode, files} = await executeStage({
      config: withEntries(config, {[stage]: entry}),
      catalogue,
      run: stage,
      root: project.code,
      folder: project.root,
      artifacts: project.artifacts,
      stage,
      epochs: 0,
      inputs,
      out: folder,
      noWait: false,
      onEvent: (event) => {
        if (event.kind === 'failed') problems = event.problems
      },
      signal: stop.signal,
      kill: stop.signal,
    })
    if (Object.keys(files).length > 0) return files
    const reason = stop.signal.aborted ? 'stopped' : `the stage ended with exit code ${exitCode}`
    throw new UserError(problems.length === 0 ? reason : problems.join('\n'))
  } finally {
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt)
  }
}

import {withEntries} from '../pipeline/derived.ts'
import type {Event} from '../pipeline/event.ts'
import type {StageEntry} from '../pipeline/pipeline-file.ts'
import {executeStage} from '../pipeline/stage-by-hand.ts'
import {endedEarly, interruptible} from './interrupt.ts'
import {openConfig, type Project} from './project.ts'

interface LooseStage {
  /** Of the catalogue, and not of pipeline.yaml. */
  readonly stage: string
  readonly values: Readonly<Record<string, unknown>>
  readonly inputs: Readonly<Record<string, string>>
  /** Where its outputs go. */
  readonly folder: string
  readonly onEvent?: (event: Event) => void
}

/**
 * Runs a stage, outside of any run, for a verb that needs the engine or a process of its own; returns its outputs' files. Throws UserError
 * when it fails or is interrupted.
 */
export async function runLooseStage(
  project: Project,
  {stage, values, inputs, folder, onEvent}: LooseStage,
): Promise<Readonly<Record<string, string>>> {
  const {config, catalogue} = await openConfig(project, {set: []})
  const {outputs} = catalogue.stages[stage]!
  const entry: StageEntry = {in: {}, out: {...outputs}, params: [], with: {...values}, keep: {}}
  let problems: readonly string[] = []
  return interruptible(async (stop) => {
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
        onEvent?.(event)
      },
      signal: stop,
      kill: stop,
    })
    if (Object.keys(files).length === 0) throw endedEarly(exitCode, problems, stop)
    return files
  })
}

import {readFileSync} from 'node:fs'
import {mkdir, writeFile} from 'node:fs/promises'
import {join, relative} from 'node:path'
import {withEntries} from '../../pipeline/derived.ts'
import type {PlanRequest} from '../../pipeline/plan.ts'
import {runFolder} from '../../pipeline/runs.ts'
import {executeStage} from '../../pipeline/stage-by-hand.ts'
import {findRunName} from '../current-run.ts'
import {loadHistory} from '../epochs/history.ts'
import {metricTitle} from '../epochs/table.ts'
import {splitEntries} from '../evaluate/entries.ts'
import {measurementSchema, renderMeasurement, type Selection} from '../evaluate/render.ts'
import {renderOutcome} from '../outcome.ts'
import {withParamsOf} from '../params-of-run.ts'
import {openConfig, type Project} from '../project.ts'
import type {Terminal} from '../terminal.ts'
import {UsageError} from '../usage-error.ts'
import {outcomeOf, withWatcher} from './run.ts'

export interface EvaluateOptions {
  readonly run?: string
  readonly split: string
  readonly epoch?: number
  readonly json: boolean
}

/**
 * Measures the images of another split by the epoch that validation chose, in the folder measured/ of the run: no part of the run,
 * so no rule that keeps or chooses an epoch ever sees it.
 */
export async function evaluate(project: Project, options: EvaluateOptions, terminal: Terminal): Promise<number> {
  const {request, selection} = await openState(project, options)
  const {extract, evaluate: measure, entries} = splitEntries(request.config, options.split)
  const out = join(runFolder(project.artifacts, selection.run), 'measured', `${options.split}@${selection.epoch}`)
  await mkdir(out, {recursive: true})
  const config = withEntries(request.config, entries)
  const {result, events} = await withWatcher(request, options, terminal, async (hooks) => {
    const run = (stage: string, inputs: Record<string, string>) =>
      executeStage({...request, ...hooks, config, stage, inputs, out, noWait: false})
    const described = await run(extract, {})
    return described.exitCode === 0 ? run(measure, {descriptors: described.files.descriptors!}) : described
  })
  if (result.exitCode !== 0) {
    const page = {width: terminal.width, paint: terminal.paint, folder: project.root}
    terminal.printError(renderOutcome(outcomeOf(result.exitCode, events), page))
    return result.exitCode
  }
  const file = result.files.metrics!
  const measurement = {...measurementSchema.parse(JSON.parse(readFileSync(file, 'utf8'))), selection}
  await writeFile(file, `${JSON.stringify(measurement, null, 2)}\n`)
  if (options.json) return 0
  terminal.print([...renderMeasurement(measurement, selection, terminal), '', relative(process.cwd(), out)])
  return 0
}

/** The run's own parameters, and the epoch: the best one by validation unless another is asked for. */
async function openState(
  project: Project,
  options: EvaluateOptions,
): Promise<{request: PlanRequest; selection: Selection}> {
  const run = findRunName(project.artifacts, options.run)
  const {config, catalogue} = await openConfig(project, {set: []})
  const {epochs, metricNames} = loadHistory(project.artifacts, run)
  const best = epochs.find((row) => row.best)?.epoch
  const epoch = options.epoch ?? best
  if (epoch === undefined || !epochs.some((row) => row.epoch === epoch))
    throw new UsageError(
      `Run ${run} has no measured epoch${options.epoch === undefined ? '' : ` ${options.epoch}`}. Measure it: npx nearmiss run --run ${run} --epochs ${options.epoch ?? 0}`,
    )
  const measured = Object.values(config.pipeline.loop.measure).some((entry) => entry.with.split === options.split)
  if (measured)
    throw new UsageError(
      `The run measures split ${options.split} itself: npx nearmiss show evaluate@${epoch} --run ${run}`,
    )
  const by = metricNames[0] === undefined ? 'validation' : `validation ${metricTitle(metricNames[0])}`
  const chosen = epoch === best ? `the best epoch by ${by}` : `asked for; by ${by} epoch ${best} is the best`
  return {
    request: {
      config: withParamsOf(project, run, config),
      catalogue,
      run,
      epochs: epoch,
      root: project.code,
      folder: project.root,
      artifacts: project.artifacts,
    },
    selection: {run, epoch, chosen},
  }
}

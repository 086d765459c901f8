import {relative} from 'node:path'
import type {PlanRequest} from '../../pipeline/plan.ts'
import {measureEnsembles, openEnsembles} from '../evaluate/ensemble.ts'
import {measureOneRun, openOneRun} from '../evaluate/one-run.ts'
import {checkOptions, type EvaluateOptions} from '../evaluate/options.ts'
import {renderMeasurement} from '../evaluate/render.ts'
import {renderEnsemble} from '../evaluate/render-ensemble.ts'
import type {Hooks} from '../evaluate/side.ts'
import {renderOutcome} from '../outcome.ts'
import type {Project} from '../project.ts'
import type {Terminal} from '../terminal.ts'
import {outcomeOf, withWatcher} from './run.ts'

/**
 * Measures the images of another split, or those of the run in another way, in the folder measured/ of the run: no part of the run, so
 * no rule that keeps or chooses an epoch ever sees it.
 */
export async function evaluate(project: Project, options: EvaluateOptions, terminal: Terminal): Promise<number> {
  checkOptions(options)
  const task = await (options.ensemble.length > 0 ? openEnsembleTask : openTask)(project, options, terminal)
  const {result, events} = await withWatcher(task.request, options, terminal, task.carryOut)
  if (result.shown === undefined) {
    const page = {width: terminal.width, paint: terminal.paint, folder: project.root}
    terminal.printError(renderOutcome(outcomeOf(result.exitCode, events), page))
    return result.exitCode
  }
  const {measurement, lines} = result.shown
  // The last of the lines of JSON, behind the events.
  if (options.json) terminal.print([JSON.stringify({kind: 'measured', folder: task.out, ...measurement})])
  else terminal.print([...lines, '', relative(process.cwd(), task.out)])
  return 0
}

interface Task {
  readonly request: PlanRequest
  readonly out: string
  readonly carryOut: (hooks: Hooks) => Promise<{
    readonly exitCode: number
    /** Absent where it ended early. */
    readonly shown?: {readonly measurement: object; readonly lines: readonly string[]}
  }>
}

async function openTask(project: Project, options: EvaluateOptions, terminal: Terminal): Promise<Task> {
  const one = await openOneRun(project, options)
  return {
    request: one.state.request,
    out: one.out,
    carryOut: async (hooks) => {
      const {exitCode, measurement} = await measureOneRun(one, options.split, hooks)
      if (measurement === undefined) return {exitCode}
      return {exitCode, shown: {measurement, lines: renderMeasurement(measurement, one.selection, terminal)}}
    },
  }
}

async function openEnsembleTask(
  project: Project,
  {ensemble, split}: EvaluateOptions,
  terminal: Terminal,
): Promise<Task> {
  const ensembles = await openEnsembles(project, ensemble, split)
  return {
    request: ensembles.groups[0]![0]!.request,
    out: ensembles.out,
    carryOut: async (hooks) => {
      const {exitCode, measurement} = await measureEnsembles(ensembles, hooks)
      if (measurement === undefined) return {exitCode}
      return {exitCode, shown: {measurement, lines: renderEnsemble(measurement, terminal)}}
    },
  }
}

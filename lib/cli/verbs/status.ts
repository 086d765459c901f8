import {findRunner, readEvents} from '../../pipeline/runs.ts'
import {findRunName} from '../current-run.ts'
import {loadHistory} from '../epochs/history.ts'
import type {EpochHistory} from '../epochs/row.ts'
import {renderEpochTable} from '../epochs/table.ts'
import {renderNow} from '../progress/live.ts'
import {applyEvent, emptyView, type NodeView} from '../progress/view.ts'
import type {Project} from '../project.ts'
import type {Terminal} from '../terminal.ts'

export interface StatusOptions {
  readonly run?: string
  readonly json: boolean
}

/** All epochs of a run and what is running now, from files only. */
export async function status(project: Project, options: StatusOptions, terminal: Terminal): Promise<number> {
  const run = findRunName(project.artifacts, options.run)
  const history = loadHistory(project.artifacts, run)
  const running = await findRunning(project, run)
  if (options.json) terminal.print([JSON.stringify(statusJson(history, running), null, 2)])
  else terminal.print([`run ${run}`, ...renderHistory(history, terminal), ...renderRunning(running, terminal)])
  return 0
}

interface Running {
  readonly pid: number
  readonly node?: NodeView
}

async function findRunning(project: Project, run: string): Promise<Running | undefined> {
  const runner = await findRunner(project.artifacts, run)
  if (runner === undefined) return undefined
  const events = readEvents(project.artifacts, run)
  const node = events.reduce(applyEvent, emptyView).nodes.findLast(({state}) => state === 'running' || state === 'held')
  return {pid: runner.pid, ...(node === undefined ? {} : {node})}
}

function renderHistory(history: EpochHistory, terminal: Terminal): string[] {
  return history.epochs.length === 0 ? ['no epoch has been measured yet'] : renderEpochTable(history, terminal.paint)
}

function renderRunning(running: Running | undefined, terminal: Terminal): string[] {
  if (running === undefined) return ['nothing is running now']
  const title = `running now (process ${running.pid})`
  if (running.node === undefined) return [title]
  const screen = {nowMs: Date.now(), width: terminal.width, paint: terminal.paint, epochStages: []}
  return [`${title}: ${running.node.node}`, ...renderNow(running.node, screen)]
}

/** The stable form that scripts read: snake_case, NaN as null. */
function statusJson(history: EpochHistory, running: Running | undefined) {
  return {
    run: history.run,
    epochs: history.epochs.map((row) => ({
      epoch: row.epoch,
      metrics: row.metrics,
      ...(row.sets && {sets: row.sets}),
      loss: row.loss,
      active_fraction: row.activeFraction,
      images_per_second: row.imagesPerSecond,
      seconds: row.seconds,
      best: row.best,
    })),
    chosen_on_test: history.chosenOnTest,
    baseline: history.baseline === undefined ? null : {name: 'raw 16x16 pixels', metrics: history.baseline},
    running:
      running === undefined ? null : {pid: running.pid, node: running.node?.node, progress: running.node?.progress},
  }
}

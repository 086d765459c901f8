import type {Event} from '../../pipeline/event.ts'
import {openGraph} from '../../pipeline/graph.ts'
import type {PlanRequest} from '../../pipeline/plan.ts'
import {loadHistory} from '../epochs/history.ts'
import {renderEpochTable} from '../epochs/table.ts'
import {exitCode} from '../exit-code.ts'
import {type Outcome, quoteCommand, renderOutcome} from '../outcome.ts'
import {isWork} from '../plan/is-work.ts'
import {openWatcher, type Watcher} from '../progress/watch.ts'
import type {Project} from '../project.ts'
import {openRequest, type RequestOptions} from '../request.ts'
import type {Terminal} from '../terminal.ts'
import {formatPlural, formatSeconds} from '../text/number.ts'

export interface RunOptions extends RequestOptions {
  readonly wait: boolean
  readonly json: boolean
}

/** Computes what is missing as far as an epoch, shows it happen, and ends with the table of all epochs so far. */
export async function run(project: Project, options: RunOptions, terminal: Terminal): Promise<number> {
  return runTo(await openRequest(project, options), project, options, terminal)
}

/** Runs the next epoch that the run does not have whole. */
export async function runNextEpoch(project: Project, options: RunOptions, terminal: Terminal): Promise<number> {
  const request = await openRequest(project, options)
  return runTo({...request, epochs: await findNextEpoch(request)}, project, options, terminal)
}

/** What the runner is told besides the plan: how to show events, and how it is asked to stop. */
export async function withWatcher<Result extends {exitCode: number}>(
  request: PlanRequest,
  options: {json: boolean},
  terminal: Terminal,
  execute: (hooks: {onEvent: (event: Event) => void; signal: AbortSignal; kill: AbortSignal}) => Promise<Result>,
): Promise<{result: Result; events: readonly Event[]}> {
  const watcher = await openWatcher({
    json: options.json,
    terminal,
    epochStages: stagesOfEpoch(request),
    loadHistory: () => loadHistory(request.artifacts, request.run),
  })
  const events: Event[] = []
  const interrupts = listenForInterrupts(watcher, terminal.gone)
  try {
    const onEvent = (event: Event) => {
      if (event.kind !== 'progress') events.push(event)
      watcher.see(event)
    }
    return {result: await execute({onEvent, signal: interrupts.stop, kill: interrupts.kill}), events}
  } finally {
    interrupts.close()
    watcher.close()
  }
}

/** In running order; without those that nobody needs with these parameters. */
function stagesOfEpoch({config, catalogue}: PlanRequest): string[] {
  return [...openGraph(config, catalogue, 1).values()].flatMap(({name, epoch}) => (epoch === 1 ? [name] : []))
}

/** What is to be said about a run that ended with this code. */
export function outcomeOf(code: number, events: readonly Event[]): Outcome {
  const last = events.findLast((event) => isEnd(event, code))
  return {
    exitCode: code,
    ...(last === undefined ? {} : {last: last as NonNullable<Outcome['last']>}),
    committed: events.filter((event) => event.kind === 'committed').length,
    command: quoteCommand(process.argv.slice(2)),
  }
}

/** Whether an event ended the command; one that only had to wait for another did not. */
function isEnd({kind}: Event, code: number): boolean {
  return kind === 'failed' || kind === 'stopped' || (kind === 'waiting' && code === exitCode.locked)
}

async function runTo(request: PlanRequest, project: Project, options: RunOptions, terminal: Terminal): Promise<number> {
  const {executeRun} = await import('../../pipeline/run.ts')
  const {result, events} = await withWatcher(request, options, terminal, (hooks) =>
    executeRun({...request, noWait: !options.wait, ...hooks}),
  )
  if (options.json) return result.exitCode
  const page = {width: terminal.width, paint: terminal.paint, folder: process.cwd()}
  terminal.printError(renderOutcome(outcomeOf(result.exitCode, events), {...page, folder: project.root}))
  if (result.exitCode === exitCode.ok) {
    const history = loadHistory(request.artifacts, request.run)
    terminal.print([...renderEpochTable(history, terminal.paint), ...summarise(events, request)])
  }
  return result.exitCode
}

/** The first epoch of which anything is missing, else the one after the newest. Epoch 0 comes along with the first. */
async function findNextEpoch(request: PlanRequest): Promise<number> {
  const {readRefs} = await import('../../pipeline/runs.ts')
  const {planRun} = await import('../../pipeline/plan.ts')
  const {epochOf} = await import('../progress/view.ts')
  const newest = Math.max(0, ...Object.keys(readRefs(request.artifacts, request.run)).map((node) => epochOf(node) ?? 0))
  const plan = await planRun({...request, epochs: newest})
  const missing = plan.filter(isWork).map(({epoch}) => epoch ?? 0)
  const next = missing.length === 0 ? newest + 1 : Math.min(...missing)
  return Math.max(request.config.pipeline.loop.from, next)
}

function summarise(events: readonly Event[], request: PlanRequest): string[] {
  const finished = events.findLast((event) => event.kind === 'run-finished')
  if (finished?.kind !== 'run-finished') return []
  const work =
    finished.computed === 0
      ? `nothing to do: everything up to epoch ${request.epochs} was there`
      : `${formatPlural(finished.computed, 'stage')} computed, ${formatPlural(finished.hits, 'hit')}`
  return [`run ${finished.run}: ${work} (${formatSeconds(finished.seconds)})`]
}

/** First Ctrl-C, or nobody who reads on (`| tee` hears of Ctrl-C, too): save and stop; second: stop at once. */
function listenForInterrupts(
  watcher: Watcher,
  gone: AbortSignal,
): {stop: AbortSignal; kill: AbortSignal; close(): void} {
  const [stop, kill] = [new AbortController(), new AbortController()]
  const interrupt = () => {
    if (stop.signal.aborted) return kill.abort()
    stop.abort()
    watcher.say('stopping: the running stage saves what it can; Ctrl-C again kills it')
  }
  const leave = () => stop.abort()
  process.on('SIGINT', interrupt).on('SIGTERM', interrupt)
  gone.addEventListener('abort', leave)
  return {
    stop: stop.signal,
    kill: kill.signal,
    close: () => {
      process.off('SIGINT', interrupt).off('SIGTERM', interrupt)
      gone.removeEventListener('abort', leave)
    },
  }
}

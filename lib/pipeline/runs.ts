import type {Event} from './event.ts'
import type {Values} from './stage.ts'

/** runs/<run>/run.json: what the run was asked to do. */
export interface RunRecord {
  readonly run: string
  readonly preset?: string
  readonly params: Values
}

/** Names of the runs under artifacts/runs, sorted. */
export async function listRuns(_artifacts: string): Promise<string[]> {
  throw new Error('not yet')
}

/** The run's record, or undefined where there is no such run. */
export async function findRun(_artifacts: string, _run: string): Promise<RunRecord | undefined> {
  throw new Error('not yet')
}

/** Node -> key of everything the run has computed or found: `{'train-epoch@1': '5be0…'}`. Empty for a new run. */
export async function readRefs(_artifacts: string, _run: string): Promise<Readonly<Record<string, string>>> {
  throw new Error('not yet')
}

/** All events of the run so far, oldest first; a torn last line is left out. */
export async function readEvents(_artifacts: string, _run: string): Promise<Event[]> {
  throw new Error('not yet')
}

/** The process that works on the run now, if any (the kernel's lock tells, not a file's age). */
export async function findRunner(_artifacts: string, _run: string): Promise<{pid: number; node?: string} | undefined> {
  throw new Error('not yet')
}

/** Where a node's stdout and stderr go. */
export function logFile(_artifacts: string, _run: string, _node: string): string {
  throw new Error('not yet')
}

/** The numbers of a committed output of kind `metrics`, by name: `{precision_at_1: 0.54}`; undefined when there are none. */
export async function findMetrics(
  _artifacts: string,
  _key: string,
): Promise<Readonly<Record<string, number>> | undefined> {
  throw new Error('not yet')
}

import type {RunRequest} from '../../pipeline/run-request.ts'
import {endedEarly} from '../interrupt.ts'
import type {Terminal} from '../terminal.ts'
import {describeName} from './entries.ts'

/** How the runner is watched and stopped while it makes what a search needs. */
export interface Watch extends Pick<RunRequest, 'onEvent' | 'signal' | 'kill' | 'noWait'> {
  /** For a computation that ended early: throws UserError with its problems. */
  fail(exitCode: number): never
}

/** Says what takes long on stderr, so that stdout is the answer alone; collects problems for the end. */
export function openWatch(terminal: Terminal, stop: AbortSignal): Watch {
  let problems: readonly string[] = []
  return {
    // Nothing here has snapshots to save: the first Ctrl-C ends it.
    signal: stop,
    kill: stop,
    noWait: false,
    onEvent: (event) => {
      if (event.kind === 'failed') problems = event.problems
      if (event.kind === 'started' && event.node.startsWith(describeName) === false) {
        terminal.printError([`${event.node}: ${event.reason}, computing it once`])
      }
      if (event.kind === 'waiting') terminal.printError([`waiting for ${event.for}`])
    },
    fail: (exitCode) => {
      throw endedEarly(exitCode, problems, stop)
    },
  }
}

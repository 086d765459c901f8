import type {Node} from './graph.ts'
import {logFile} from './runs.ts'
import {findSnapshot, scratchFolder} from './scratch.ts'
import type {Session} from './session.ts'

/** What the shell is told when a run ends early. */
export const exitCodes = {failed: 1, locked: 4, damaged: 5, contract: 6, stopped: 85, interrupted: 130} as const

/** A run ended early for a reason that was told as an event; only the exit code is left to hand over. */
export class RunEnded extends Error {
  override name = 'RunEnded'
  readonly exitCode: number
  constructor(exitCode: number) {
    super(`the run ended with exit code ${exitCode}`)
    this.exitCode = exitCode
  }
}

/** Ends the run at a stage that could not be finished. */
export function fail(exitCode: number, problems: readonly string[], node: Node, session: Session): never {
  const {artifacts, run} = session.request
  session.tell({kind: 'failed', node: node.id, exitCode, problems, log: logFile(artifacts, run, node.id)})
  throw new RunEnded(exitCode)
}

/** Ends the run on request: 85 when something of it is kept, 130 when nothing was worth keeping. */
export function stop(node: Node, key: string | undefined, reason: string, session: Session): never {
  const step = key === undefined ? undefined : findSnapshot(scratchFolder(session.request.artifacts, key))
  session.tell({kind: 'stopped', node: node.id, reason, ...(step === undefined ? {} : {step})})
  throw new RunEnded(step === undefined && session.count.computed === 0 ? exitCodes.interrupted : exitCodes.stopped)
}

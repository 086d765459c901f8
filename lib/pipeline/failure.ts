/** A run ended early for a reason that was told as an event; only the exit code is left to hand over. */
export class RunEnded extends Error {
  override name = 'RunEnded'
  readonly exitCode: number
  constructor(exitCode: number) {
    super(`the run ended with exit code ${exitCode}`)
    this.exitCode = exitCode
  }
}

/** What the shell is told when a stage ends early. */
export const exitCodes = {failed: 1, locked: 4, contract: 6, stopped: 85, interrupted: 130} as const

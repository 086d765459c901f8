import {UserError} from '../user-error.ts'

/** A command was ended by its user, and nothing of it is kept: exit code 130. */
class Interrupted extends UserError {
  override name = 'Interrupted'
}

/** Does what has no work to save: the first Ctrl-C ends it. */
export async function interruptible<T>(act: (stop: AbortSignal) => Promise<T>): Promise<T> {
  const stop = new AbortController()
  const interrupt = () => stop.abort()
  process.on('SIGINT', interrupt).on('SIGTERM', interrupt)
  try {
    return await act(stop.signal)
  } finally {
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt)
  }
}

/** What is thrown for a stage that made nothing. */
export function endedEarly(exitCode: number, problems: readonly string[], stop: AbortSignal): UserError {
  if (problems.length > 0) return new UserError(problems.join('\n'))
  return stop.aborted ? new Interrupted('stopped') : new UserError(`the stage ended with exit code ${exitCode}`)
}

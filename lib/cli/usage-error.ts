import {UserError} from '../user-error.ts'

/** A command line that asks for what cannot be: exit code 2. */
export class UsageError extends UserError {
  override name = 'UsageError'
}

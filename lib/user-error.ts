/** Thrown for what a user can mend: bad data, wrong weights, wrong settings. Shown without a stack; lists every problem at once. */
export class UserError extends Error {
  override name = 'UserError'
}

/** What a look at a data set found. */
export interface Finding {
  /** What was looked at, in a few words. */
  readonly what: string
  /** Sentences; lines. */
  readonly found: string
  /** problem: it cannot be used so; warning: it can, but look at it. */
  readonly grade: 'ok' | 'warning' | 'problem'
  /** What to do. */
  readonly advice?: string
  /** All of what `found` names the first few of. */
  readonly items?: readonly string[]
}

/** What one check found. */
export interface Finding {
  /** What was looked at, in a few words. */
  readonly what: string
  readonly found: string
  /** What to do; without a grade of its own, a finding with advice is a problem. */
  readonly advice?: string
  readonly grade?: 'ok' | 'warning' | 'problem'
}

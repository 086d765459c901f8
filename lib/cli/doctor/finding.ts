/** What one check found. */
export interface Finding {
  /** What was looked at, in a few words. */
  readonly what: string
  readonly found: string
  /** What to do; present where there is a problem. */
  readonly advice?: string
}

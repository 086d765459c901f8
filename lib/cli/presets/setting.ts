/** A flag or constant of a program that a preset reproduces, and what it is here. */
export interface Setting {
  readonly name: string
  /** As that program has it when nothing is said. */
  readonly byDefault: string
  /** Parameters that do the same; the first says the most. */
  readonly parameters: readonly string[]
  /** What else there is to know; where no parameter does the same, what takes its place. */
  readonly remark?: string
}

export interface Original {
  /** The command line that makes an experiment there; undefined: one edits the program. */
  readonly command?: (settings: Readonly<Record<string, string>>) => string
  readonly settings: readonly Setting[]
}

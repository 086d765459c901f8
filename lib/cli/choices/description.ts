/** One thing that a parameter can choose: a loss, a miner, a regulariser. */
export interface Description {
  readonly name: string
  readonly title: string
  /** Its formula, or the rule by which it chooses. */
  readonly formula: string
  readonly source: string
  /** What else there is to know, by heading. */
  readonly facts: Readonly<Record<string, string>>
  readonly parameters: readonly {
    readonly name: string
    readonly default: unknown
    /** What it may be, in words: `0 … 4`, `true, false`. */
    readonly values: string
    readonly meaning: string
  }[]
}

/** Kinds of things to choose, each a verb. */
export type Kind = 'losses' | 'miners' | 'regularizers'

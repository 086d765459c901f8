/** Arrays by name: all that long work has to remember besides its inputs and how far it is. */
export type Arrays = Readonly<Record<string, Float32Array | Float64Array | Int32Array>>

/** Lets long work go on, after its process was killed, from where it was saved last. */
export interface Savepoints {
  /** How far the work was then, in whole numbers that only the work understands; undefined: it starts. */
  readonly reached: readonly number[] | undefined
  /** Fills arrays with what was saved under these names. */
  restore(arrays: Arrays): Promise<void>
  /** Is told after every unit of work how far it is: saves the arrays when it is time to, and throws when the work is to stop. */
  reach(place: readonly number[], arrays: Arrays): Promise<void>
  /** The same after the last unit, which is worth saving sooner. */
  finish(place: readonly number[], arrays: Arrays): Promise<void>
}

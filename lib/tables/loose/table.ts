/** A column of a table that others made. */
export type LooseColumn =
  | {readonly kind: 'numbers'; readonly values: Float64Array}
  | {readonly kind: 'text'; readonly values: readonly string[]}
  | {readonly kind: 'vectors'; readonly values: Float32Array; readonly dim: number}

/** A table that others made, in memory. An .npy file is one column without a name. */
export interface LooseTable {
  readonly path: string
  readonly rowCount: number
  readonly columns: ReadonlyMap<string, LooseColumn>
}

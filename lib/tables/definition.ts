/** How a column is stored; `vector` is a FixedSizeList of float32 with the same length in every row. */
export type ColumnType = 'int32' | 'uint32' | 'float32' | 'float64' | 'utf8' | 'vector'

/** What one table holds: the single source of its schema, of its checks and of what `nearmiss show` and the docs say. */
export interface TableDefinition {
  /** Kept in the file's metadata as `nearmiss.table`. */
  readonly name: string
  /** One sentence: what a row is and how rows are ordered. */
  readonly meaning: string
  /** By stored name, in file order. */
  readonly columns: Readonly<Record<string, {readonly type: ColumnType; readonly meaning: string}>>
  /** Metadata that every such file carries, apart from the table's name and version. */
  readonly metadata: Readonly<Record<string, string>>
}

/** A column in memory; a `vector` column is one row-major array of rows * dim numbers. */
export type ColumnValues = Int32Array | Uint32Array | Float32Array | Float64Array | string[]

/** The columns of a table in memory, by camelCase name: `class_name` is `className`. */
export type ColumnsOf<Definition extends TableDefinition> = {
  -readonly [Name in keyof Definition['columns'] & string as CamelCase<Name>]: ValuesOf<
    Definition['columns'][Name]['type']
  >
}

/** The in-memory name of a stored column: `map_at_r` -> `mapAtR`. */
export function camelCase(stored: string): string {
  return stored.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase())
}

type CamelCase<Name extends string> = Name extends `${infer Head}_${infer Tail}`
  ? `${Head}${Capitalize<CamelCase<Tail>>}`
  : Name

type ValuesOf<Type extends ColumnType> = {
  int32: Int32Array
  uint32: Uint32Array
  float32: Float32Array
  float64: Float64Array
  utf8: string[]
  vector: Float32Array
}[Type]

/** An attribute of an operation as TensorFlow's GraphDef has it in JSON. */
export type Attribute =
  | {readonly type: 'DT_FLOAT' | 'DT_INT32'}
  | {readonly b: boolean}
  | {readonly i: string}
  | {readonly f: number}
  | {readonly s: string}
  | {readonly list: {readonly i: readonly string[]}}
  | {readonly shape: {readonly dim: readonly {readonly size: string}[]}}

export interface TfjsNode {
  readonly name: string
  readonly op: string
  readonly input: readonly string[]
  readonly attr: Readonly<Record<string, Attribute>>
}

export interface TfjsConstant {
  readonly name: string
  readonly shape: readonly number[]
  readonly data: Float32Array | Int32Array
}

/** A graph under construction; values go by their names. Feature maps are [batch, height, width, channels]. */
export interface TfjsGraph {
  /** Adds an operation and returns the name of its result, which is made up where none is given. */
  node(op: string, input: readonly string[], attr?: TfjsNode['attr'], name?: string): string
  /** Adds fixed numbers and returns their name, to which a number is added where it is taken. */
  constant(name: string, shape: readonly number[], data: TfjsConstant['data']): string
  readonly nodes: readonly TfjsNode[]
  readonly constants: readonly TfjsConstant[]
  /** Of the square pictures that the graph is for; undefined: of any size. */
  readonly side: number | undefined
}

export function openTfjsGraph(side?: number): TfjsGraph {
  const nodes: TfjsNode[] = []
  const constants: TfjsConstant[] = []
  const taken = new Set<string>()
  return {
    nodes,
    constants,
    side,
    node: (op, input, attr = {}, name = `${op.replace(/^_/, '').toLowerCase()}_${nodes.length}`) => {
      nodes.push({name, op, input, attr: {T: {type: 'DT_FLOAT'}, ...attr}})
      return name
    },
    constant: (wish, shape, data) => {
      // A layer that is applied twice has its numbers there twice.
      const name = taken.has(wish) ? `${wish}_${constants.length}` : wish
      taken.add(name)
      constants.push({name, shape, data})
      return name
    },
  }
}

/** Numbers of an attribute; int64 is text in JSON. */
export function integers(values: readonly number[]): Attribute {
  return {list: {i: values.map(String)}}
}

/** Text of an attribute; bytes are base64 in JSON. */
export function text(value: string): Attribute {
  return {s: Buffer.from(value).toString('base64')}
}

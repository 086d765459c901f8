import type {OnnxConstant, OnnxNode} from './format.ts'

/** A graph under construction; values go by their names. */
export interface OnnxGraph {
  /** Adds an operation and returns the name of its result, which is made up where none is given. */
  node(opType: string, input: readonly string[], attributes?: OnnxNode['attributes'], name?: string): string
  /** Adds fixed numbers and returns their name. */
  constant(name: string, shape: readonly number[], data: Float32Array): string
  readonly nodes: readonly OnnxNode[]
  readonly constants: readonly OnnxConstant[]
  /** Of the square pictures that the graph is for; undefined: of any size. */
  readonly side: number | undefined
}

export function openOnnxGraph(side?: number): OnnxGraph {
  const nodes: OnnxNode[] = []
  const constants: OnnxConstant[] = []
  return {
    nodes,
    constants,
    side,
    node: (opType, input, attributes = {}, name = `${opType.toLowerCase()}_${nodes.length}`) => {
      nodes.push({name, opType, input, output: [name], attributes})
      return name
    },
    constant: (name, shape, data) => {
      constants.push({name, shape, data})
      return name
    },
  }
}

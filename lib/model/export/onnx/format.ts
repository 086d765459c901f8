import protobuf from 'protobufjs/light.js'

/** Operators as this version of ONNX defines them (https://onnx.ai/onnx/operators); read by onnxruntime 1.12 and later. */
const opset = 17
/** Version of the file format that came with it. */
const irVersion = 8

/** Numbers of TensorProto.DataType. */
export const dataTypes = {float: 1, uint8: 2} as const

/** A whole number, a list of them, or a number of type float. */
export type OnnxAttribute = number | readonly number[] | {readonly float: number}

export interface OnnxNode {
  readonly name: string
  readonly opType: string
  readonly input: readonly string[]
  readonly output: readonly string[]
  readonly attributes: Readonly<Record<string, OnnxAttribute>>
}

export interface OnnxConstant {
  readonly name: string
  readonly shape: readonly number[]
  readonly data: Float32Array
}

/** An input or output; axes by name take any length. */
export interface OnnxPort {
  readonly name: string
  readonly type: keyof typeof dataTypes
  readonly shape: readonly (number | string)[]
}

export interface OnnxModel {
  readonly name: string
  /** In an order in which every input is there. */
  readonly nodes: readonly OnnxNode[]
  readonly constants: readonly OnnxConstant[]
  readonly input: OnnxPort
  readonly output: OnnxPort
  readonly metadata: Readonly<Record<string, string>>
}

/** The bytes of an ONNX file. */
export function encodeOnnx({name, nodes, constants, input, output, metadata}: OnnxModel): Uint8Array {
  const message = modelProto.fromObject({
    irVersion,
    opsetImport: [{domain: '', version: opset}],
    producerName: 'nearmiss',
    metadataProps: Object.entries(metadata).map(([key, value]) => ({key, value})),
    graph: {
      name,
      node: nodes.map(({attributes, ...node}) => ({...node, attribute: Object.entries(attributes).map(attribute)})),
      initializer: constants.map(tensor),
      input: [port(input)],
      output: [port(output)],
    },
  })
  return modelProto.encode(message).finish()
}

/** AttributeProto.type: 1 is a float, 2 one whole number, 7 a list. */
function attribute([name, value]: [string, OnnxAttribute]) {
  if (typeof value === 'number') return {name, i: value, type: 2}
  return 'float' in value ? {name, f: value.float, type: 1} : {name, ints: value, type: 7}
}

function tensor({name, shape, data}: OnnxConstant) {
  const rawData = new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
  return {name, dims: shape, dataType: dataTypes.float, rawData}
}

function port({name, type, shape}: OnnxPort) {
  const dim = shape.map((length) => (typeof length === 'number' ? {dimValue: length} : {dimParam: length}))
  return {name, type: {tensorType: {elemType: dataTypes[type], shape: {dim}}}}
}

// The part of onnx/onnx.proto that is written here.
const modelProto = protobuf.Root.fromJSON({
  nested: {
    ModelProto: {
      fields: {
        irVersion: {type: 'int64', id: 1},
        producerName: {type: 'string', id: 2},
        graph: {type: 'GraphProto', id: 7},
        opsetImport: {rule: 'repeated', type: 'OperatorSetIdProto', id: 8},
        metadataProps: {rule: 'repeated', type: 'StringStringEntryProto', id: 14},
      },
    },
    OperatorSetIdProto: {fields: {domain: {type: 'string', id: 1}, version: {type: 'int64', id: 2}}},
    StringStringEntryProto: {fields: {key: {type: 'string', id: 1}, value: {type: 'string', id: 2}}},
    GraphProto: {
      fields: {
        node: {rule: 'repeated', type: 'NodeProto', id: 1},
        name: {type: 'string', id: 2},
        initializer: {rule: 'repeated', type: 'TensorProto', id: 5},
        input: {rule: 'repeated', type: 'ValueInfoProto', id: 11},
        output: {rule: 'repeated', type: 'ValueInfoProto', id: 12},
      },
    },
    NodeProto: {
      fields: {
        input: {rule: 'repeated', type: 'string', id: 1},
        output: {rule: 'repeated', type: 'string', id: 2},
        name: {type: 'string', id: 3},
        opType: {type: 'string', id: 4},
        attribute: {rule: 'repeated', type: 'AttributeProto', id: 5},
      },
    },
    AttributeProto: {
      fields: {
        name: {type: 'string', id: 1},
        f: {type: 'float', id: 2},
        i: {type: 'int64', id: 3},
        ints: {rule: 'repeated', type: 'int64', id: 8},
        type: {type: 'int32', id: 20},
      },
    },
    TensorProto: {
      fields: {
        dims: {rule: 'repeated', type: 'int64', id: 1},
        dataType: {type: 'int32', id: 2},
        name: {type: 'string', id: 8},
        rawData: {type: 'bytes', id: 9},
      },
    },
    ValueInfoProto: {fields: {name: {type: 'string', id: 1}, type: {type: 'TypeProto', id: 2}}},
    TypeProto: {fields: {tensorType: {type: 'TensorTypeProto', id: 1}}},
    TensorTypeProto: {fields: {elemType: {type: 'int32', id: 1}, shape: {type: 'TensorShapeProto', id: 2}}},
    TensorShapeProto: {fields: {dim: {rule: 'repeated', type: 'Dimension', id: 1}}},
    Dimension: {fields: {dimValue: {type: 'int64', id: 1}, dimParam: {type: 'string', id: 2}}},
  },
}).lookupType('ModelProto')

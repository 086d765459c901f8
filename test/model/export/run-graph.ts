import assert from 'node:assert/strict'
import type {OnnxModel, OnnxNode} from '../../../lib/model/export/onnx/format.ts'

/** Numbers in the order that ONNX has them: images are [batch, channels, height, width]. */
export interface Tensor {
  readonly shape: readonly number[]
  readonly data: Float64Array
}

type Attributes = OnnxNode['attributes']

/** Runs a graph as the definitions of its operators read, in float64, one number at a time. */
export function runGraph({nodes, constants, input, output}: OnnxModel, given: Tensor): Tensor {
  const values = new Map<string, Tensor>([[input.name, given]])
  for (const {name, shape, data} of constants) values.set(name, {shape, data: Float64Array.from(data)})
  for (const {opType, input: names, output: results, attributes} of nodes) {
    const operator = operators[opType]
    if (operator === undefined) throw new Error(`no operator ${opType}`)
    values.set(
      results[0]!,
      operator(
        names.map((name) => values.get(name)!),
        attributes,
      ),
    )
  }
  return values.get(output.name)!
}

const operators: Readonly<Record<string, (inputs: readonly Tensor[], attributes: Attributes) => Tensor>> = {
  Cast: ([x]) => x!,
  Identity: ([x]) => x!,
  Relu: ([x]) => each(x!, (value) => Math.max(value, 0)),
  Clip: ([x, floor]) => each(x!, (value) => Math.max(value, floor!.data[0]!)),
  Add: ([a, b]) => pairwise(a!, b!, (x, y) => x + y),
  Sub: ([a, b]) => pairwise(a!, b!, (x, y) => x - y),
  Mul: ([a, b]) => pairwise(a!, b!, (x, y) => x * y),
  Div: ([a, b]) => pairwise(a!, b!, (x, y) => x / y),
  Max: ([a, b]) => pairwise(a!, b!, Math.max),
  Pow: ([a, b]) => pairwise(a!, b!, (x, y) => x ** y),
  Erf: ([x]) => each(x!, erf),
  Sigmoid: ([x]) => each(x!, (value) => 1 / (1 + Math.exp(-value))),
  HardSigmoid: ([x], {alpha, beta}) => {
    const [slope, middle] = [alpha, beta].map((attribute) => (attribute as {readonly float: number}).float) as [
      number,
      number,
    ]
    return each(x!, (value) => Math.max(0, Math.min(1, slope * value + middle)))
  },
  HardSwish: ([x]) => each(x!, (value) => value * Math.max(0, Math.min(1, value / 6 + 0.5))),
  Constant: (_, {value_ints}) => {
    const values = Float64Array.from(value_ints as readonly number[])
    return {shape: [values.length], data: values}
  },
  Shape: ([x]) => ({shape: [x!.shape.length], data: Float64Array.from(x!.shape)}),
  Reshape: ([x, wanted]) => {
    const lengths = [...wanted!.data].map((length, axis) => (length === 0 ? x!.shape[axis]! : length))
    const known = lengths.reduce((product, length) => product * Math.abs(length), 1)
    return {shape: lengths.map((length) => (length === -1 ? x!.data.length / known : length)), data: x!.data}
  },
  Pad: ([x, amounts]) => {
    const {shape, data} = x!
    const pads = [...amounts!.data]
    return fill(
      shape.map((length, axis) => pads[axis]! + length + pads[axis + shape.length]!),
      (place) => {
        const inside = place.map((at, axis) => at - pads[axis]!)
        if (inside.some((at, axis) => at < 0 || at >= shape[axis]!)) return 0
        return data[shape.reduce((sum, length, axis) => sum * length + inside[axis]!, 0)]!
      },
    )
  },
  Slice: ([x, starts, ends, axes]) => {
    const {shape, data} = x!
    const [[from], [to], [axis]] = [[...starts!.data], [...ends!.data], [...axes!.data]] as [
      [number],
      [number],
      [number],
    ]
    return fill(
      shape.map((length, i) => (i === axis ? Math.min(to, length) - from : length)),
      (place) => data[shape.reduce((sum, length, i) => sum * length + place[i]! + (i === axis ? from : 0), 0)]!,
    )
  },
  MatMul: ([a, b]) => {
    const [rows, inner, columns] = [a!.shape.at(-2)!, a!.shape.at(-1)!, b!.shape.at(-1)!]
    const shape = [...a!.shape.slice(0, -1), columns]
    const data = new Float64Array(shape.reduce((product, length) => product * length, 1))
    const shared = b!.shape.length === 2
    for (let i = 0; i < data.length; i++) {
      const [column, row] = [i % columns, Math.floor(i / columns)]
      const start = shared ? 0 : Math.floor(row / rows) * inner * columns
      for (let k = 0; k < inner; k++) data[i]! += a!.data[row * inner + k]! * b!.data[start + k * columns + column]!
    }
    return {shape, data}
  },
  Softmax: ([x]) => {
    const length = x!.shape.at(-1)!
    const data = x!.data.map(Math.exp)
    for (let start = 0; start < data.length; start += length) {
      const sum = data.subarray(start, start + length).reduce((a, b) => a + b)
      for (let i = start; i < start + length; i++) data[i]! /= sum
    }
    return {shape: x!.shape, data}
  },
  Transpose: ([x], {perm}) => {
    const order = perm as readonly number[]
    return fill(
      order.map((axis) => x!.shape[axis]!),
      (place) => x!.data[x!.shape.reduce((sum, length, axis) => sum * length + place[order.indexOf(axis)]!, 0)]!,
    )
  },
  LayerNormalization: ([x, scale, shift], {epsilon}) => {
    const channels = x!.shape.at(-1)!
    const normalised = x!.data.map((value, i) => {
      const row = x!.data.subarray(i - (i % channels), i - (i % channels) + channels)
      const mean = row.reduce((a, b) => a + b) / channels
      const variance = row.reduce((sum, entry) => sum + (entry - mean) ** 2, 0) / channels
      const {float} = epsilon as {float: number}
      return ((value - mean) / Math.sqrt(variance + float)) * scale!.data[i % channels]! + shift!.data[i % channels]!
    })
    return {shape: x!.shape, data: normalised}
  },
  ReduceMean: ([x], {keepdims}) => {
    const {shape, data} = pool(x!, (values) => values.reduce((a, b) => a + b) / values.length)
    return {shape: keepdims === 1 ? [...shape, 1, 1] : shape, data}
  },
  ReduceMax: ([x]) => pool(x!, (values) => Math.max(...values)),
  ReduceL2: ([x]) =>
    fill([x!.shape[0]!, 1], ([n]) => Math.hypot(...x!.data.subarray(n! * x!.shape[1]!, (n! + 1) * x!.shape[1]!))),
  Gemm: ([x, weight, bias]) => {
    const [outputs, inputs] = weight!.shape as [number, number]
    return fill([x!.shape[0]!, outputs], ([n, o]) => {
      let sum = bias!.data[o!]!
      for (let i = 0; i < inputs; i++) sum += x!.data[n! * inputs + i]! * weight!.data[o! * inputs + i]!
      return sum
    })
  },
  Conv: ([x, kernel, bias], attributes) => {
    const [outputs, inputs] = kernel!.shape as [number, number]
    const each = outputs / ((attributes.group as number | undefined) ?? 1)
    return windows(x!, outputs, attributes, (n, o, cells) => {
      let sum = bias!.data[o]!
      const first = Math.floor(o / each) * inputs
      for (const {y, x: z, place} of cells) {
        for (let c = 0; c < inputs; c++) {
          sum +=
            at(x!, n, first + c, y, z) *
            kernel!.data[(o * inputs + c) * (kernel!.shape[2]! * kernel!.shape[3]!) + place]!
        }
      }
      return sum
    })
  },
  AveragePool: ([x], attributes) =>
    windows(
      x!,
      x!.shape[1]!,
      attributes,
      (n, c, cells) =>
        cells.reduce((sum, {y, x: z}) => sum + at(x!, n, c, y, z), 0) /
        (attributes.count_include_pad === 1 ? (attributes.kernel_shape as number[])[0]! ** 2 : cells.length),
    ),
  Concat: (inputs, {axis}) => {
    assert.equal(axis, 1)
    const [batch, , height, width] = inputs[0]!.shape as [number, number, number, number]
    const owners = inputs.flatMap((map) => Array.from({length: map.shape[1]!}, (_, channel) => ({map, channel})))
    return fill([batch, owners.length, height, width], ([n, c, y, z]) => {
      const {map, channel} = owners[c!]!
      return at(map, n!, channel, y!, z!)
    })
  },
  MaxPool: ([x], attributes) =>
    windows(x!, x!.shape[1]!, attributes, (n, c, cells) => Math.max(...cells.map(({y, x: z}) => at(x!, n, c, y, z)))),
}

interface Cell {
  readonly y: number
  readonly x: number
  /** In the window, by rows. */
  readonly place: number
}

/** For every position of a window the cells of it that are inside. */
function windows(
  {shape}: Tensor,
  channels: number,
  {kernel_shape, strides, pads, ceil_mode}: Attributes,
  compute: (image: number, channel: number, cells: readonly Cell[]) => number,
): Tensor {
  const [batch, , height, width] = shape as [number, number, number, number]
  const [size, stride, pad] = [kernel_shape, strides, pads].map((list) => (list as number[])[0]!) as [
    number,
    number,
    number,
  ]
  const count = (length: number) => {
    const steps = (length + 2 * pad - size) / stride
    if (ceil_mode !== 1) return Math.floor(steps) + 1
    // a window that would start behind the image and the padding before it is left out
    return Math.ceil(steps) + (Math.ceil(steps) * stride >= length + pad ? 0 : 1)
  }
  const [rows, columns] = [count(height), count(width)]
  return fill([batch, channels, rows, columns], ([n, c, row, column]) => {
    const cells: Cell[] = []
    for (let place = 0; place < size * size; place++) {
      const y = row! * stride - pad + Math.floor(place / size)
      const x = column! * stride - pad + (place % size)
      if (y >= 0 && y < height && x >= 0 && x < width) cells.push({y, x, place})
    }
    return compute(n!, c!, cells)
  })
}

function at({shape, data}: Tensor, n: number, c: number, y: number, x: number): number {
  const [, channels, height, width] = shape as [number, number, number, number]
  return data[((n * channels + c) * height + y) * width + x]!
}

function pool({shape, data}: Tensor, reduce: (values: Float64Array) => number): Tensor {
  const [batch, channels, height, width] = shape as [number, number, number, number]
  const positions = height * width
  return fill([batch, channels], ([n, c]) => {
    const start = (n! * channels + c!) * positions
    return reduce(data.subarray(start, start + positions))
  })
}

/** Its Taylor series (Abramowitz and Stegun 7.1.5): exact to ten digits where it is not 1. */
function erf(x: number): number {
  if (Math.abs(x) > 5) return Math.sign(x)
  let [term, sum] = [x, x]
  for (let n = 1; n < 200; n++) {
    term *= (-x * x) / n
    sum += term / (2 * n + 1)
  }
  return (2 / Math.sqrt(Math.PI)) * sum
}

function each({shape, data}: Tensor, change: (value: number) => number): Tensor {
  return {shape, data: data.map(change)}
}

/** Axes of length 1 repeat; a shorter shape is filled up at the front. */
function pairwise(a: Tensor, b: Tensor, combine: (x: number, y: number) => number): Tensor {
  const rank = Math.max(a.shape.length, b.shape.length)
  const [left, right] = [a, b].map(({shape}) => [...new Array<number>(rank - shape.length).fill(1), ...shape]) as [
    number[],
    number[],
  ]
  const index = (lengths: number[], place: readonly number[]) =>
    lengths.reduce((sum, length, axis) => sum * length + (length === 1 ? 0 : place[axis]!), 0)
  const shape = left.map((length, axis) => Math.max(length, right[axis]!))
  return fill(shape, (place) => combine(a.data[index(left, place)]!, b.data[index(right, place)]!))
}

function fill(shape: readonly number[], compute: (place: readonly number[]) => number): Tensor {
  const data = new Float64Array(shape.reduce((product, length) => product * length, 1))
  for (let i = 0; i < data.length; i++) {
    const place: number[] = []
    let rest = i
    for (const length of [...shape].reverse()) {
      place.unshift(rest % length)
      rest = Math.floor(rest / length)
    }
    data[i] = compute(place)
  }
  return {shape, data}
}

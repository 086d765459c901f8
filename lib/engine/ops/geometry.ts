import {type Attribute, int, text, type} from '../op.ts'

/** Attributes of TensorFlow's convolutions, dense and depthwise; without padding before and after [rows, columns] it is SAME. */
export function geometry(dtype: number, stride: number, padding?: Padding): Attribute[] {
  const explicit = padding === undefined ? [] : [[0, 0], ...padding, [0, 0]].flat()
  return [
    type('T', dtype),
    int('strides', [1, stride, stride, 1]),
    text('padding', padding === undefined ? 'SAME' : 'EXPLICIT'),
    int('explicit_paddings', explicit),
    text('data_format', 'NHWC'),
    int('dilations', [1, 1, 1, 1]),
  ]
}

type Padding = readonly [rows: readonly [number, number], columns: readonly [number, number]]

/** The zeros that SAME adds along an axis: what is needed in all, half of it (rounded down) before. */
export function samePadding(inputs: number, size: number, stride: number): [before: number, after: number] {
  const needed = Math.max((Math.ceil(inputs / stride) - 1) * stride + size - inputs, 0)
  return [needed >> 1, needed - (needed >> 1)]
}

// Small operations that the others are made of. Inputs stay the caller's unless 'consume' is asked for.
import {BFLOAT16, FLOAT, free, fromHost, INT32, int, type Raw, run, type} from '../op.ts'
import {matMul} from './matrix.ts'

/** Sum of two tensors, with broadcasting; `consume` frees both. */
export function add(a: Raw, b: Raw, ownership: 'keep' | 'consume' = 'keep'): Raw {
  const sum = run('AddV2', [a, b], [type('T', a.dtype)])
  if (ownership === 'consume') free(a, b)
  return sum
}

export function subtract(a: Raw, b: Raw): Raw {
  return run('Sub', [a, b], [type('T', a.dtype)])
}

/** Product of two tensors, with broadcasting. */
export function multiply(a: Raw, b: Raw): Raw {
  return run('Mul', [a, b], [type('T', a.dtype)])
}

/** Every number of a float32 tensor times one; `consume` frees the tensor. */
export function times(x: Raw, factor: number, ownership: 'keep' | 'consume' = 'keep'): Raw {
  const number = scalar(factor)
  const product = multiply(x, number)
  free(number)
  if (ownership === 'consume') free(x)
  return product
}

/** Quotient of two tensors, with broadcasting. */
export function divide(a: Raw, b: Raw): Raw {
  return run('RealDiv', [a, b], [type('T', a.dtype)])
}

/** The larger of two numbers, with broadcasting. */
export function maximum(a: Raw, b: Raw): Raw {
  return run('Maximum', [a, b], [type('T', a.dtype)])
}

/** Powers of a tensor, with broadcasting. */
export function power(base: Raw, exponent: Raw): Raw {
  return run('Pow', [base, exponent], [type('T', base.dtype)])
}

export function exponentials(x: Raw): Raw {
  return run('Exp', [x], [type('T', x.dtype)])
}

/** A second handle of the same memory. */
export function alias(x: Raw): Raw {
  return run('Identity', [x], [type('T', x.dtype)])
}

/** Absolute values. */
export function magnitudes(x: Raw): Raw {
  return run('Abs', [x], [type('T', x.dtype)])
}

/** 1 where the first of two numbers is the larger, else 0; float32, with broadcasting. */
export function above(a: Raw, b: Raw): Raw {
  const larger = run('Greater', [a, b], [type('T', a.dtype)])
  const mask = cast(larger, FLOAT)
  free(larger)
  return mask
}

export function relu(x: Raw): Raw {
  return run('Relu', [x], [type('T', x.dtype)])
}

/** Gradient before a ReLU, from the gradient behind it and its output. */
export function reluGradient(gradient: Raw, output: Raw): Raw {
  return run('ReluGrad', [gradient, output], [type('T', gradient.dtype)])
}

/** Converts to another type; a tensor of that type gives a second handle of the same memory. */
export function cast(x: Raw, dtype: number): Raw {
  if (x.dtype === dtype) return alias(x)
  return run('Cast', [x], [type('SrcT', x.dtype), type('DstT', dtype)])
}

/** The same memory in another shape. */
export function reshape(x: Raw, dimensions: readonly number[]): Raw {
  const wanted = ints(dimensions)
  const reshaped = run('Reshape', [x, wanted], [type('T', x.dtype), type('Tshape', INT32)])
  free(wanted)
  return reshaped
}

/** Some rows (first axis) of a tensor, `rows` int32. */
export function gatherRows(x: Raw, rows: Raw): Raw {
  const axis = fromHost(Int32Array.of(0), [])
  const gathered = run(
    'GatherV2',
    [x, rows, axis],
    [type('Tparams', x.dtype), type('Tindices', INT32), type('Taxis', INT32), int('batch_dims', 0)],
  )
  free(axis)
  return gathered
}

/** Sums over all but the last axis, as float32. As a matrix product: BiasAddGrad adds up bfloat16 in bfloat16 (wrong by up to 73 %). */
export function columnSums(x: Raw): Raw {
  const columns = x.shape.at(-1)!
  const rows = x.shape.slice(0, -1).reduce((product, size) => product * size, 1)
  const matrix = reshape(x, [rows, columns])
  const ones = filled(1, [1, rows], x.dtype)
  const sums = matMul(ones, matrix)
  const row = reshape(sums, [columns])
  free(matrix, ones, sums)
  if (x.dtype !== BFLOAT16) return row
  const exact = cast(row, FLOAT)
  free(row)
  return exact
}

/** A tensor of one value. */
export function filled(value: number, dimensions: readonly number[], dtype = FLOAT): Raw {
  const wanted = ints(dimensions)
  const single = scalar(value)
  const typed = cast(single, dtype)
  const tensor = run('Fill', [wanted, typed], [type('T', dtype), type('index_type', INT32)])
  free(wanted, single, typed)
  return tensor
}

/** One number, float32. */
export function scalar(value: number): Raw {
  return fromHost(Float32Array.of(value), [])
}

/** A list of whole numbers as an int32 tensor: shapes, axes and paddings are inputs of TensorFlow's operations. */
export function ints(values: readonly number[]): Raw {
  return fromHost(Int32Array.from(values), [values.length])
}

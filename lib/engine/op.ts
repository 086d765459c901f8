// TensorFlow operations on raw handles: a third of tfjs' cost a call, any type (bfloat16), and freed when we say so.
import {backend, binding, type tf} from './tensorflow.ts'

/** A TensorFlow tensor by the number of its handle. Whoever holds it must `free` it exactly once. */
export interface Raw {
  readonly id: number
  readonly shape: readonly number[]
  readonly dtype: number
}

export const FLOAT = binding.TF_FLOAT
export const INT32 = binding.TF_INT32
const UINT8 = binding.TF_UINT8
/** TensorFlow's number of bfloat16, which tfjs does not know. */
export const BFLOAT16 = 14

/** One attribute of an operation, as the addon wants it. */
export interface Attribute {
  readonly name: string
  readonly type: number
  readonly value: boolean | number | string | readonly number[]
}

export const type = (name: string, value: number): Attribute => ({name, type: binding.TF_ATTR_TYPE, value})
export const int = (name: string, value: number | readonly number[]): Attribute => ({
  name,
  type: binding.TF_ATTR_INT,
  value,
})
export const float = (name: string, value: number): Attribute => ({name, type: binding.TF_ATTR_FLOAT, value})
export const bool = (name: string, value: boolean): Attribute => ({name, type: binding.TF_ATTR_BOOL, value})
export const text = (name: string, value: string): Attribute => ({name, type: binding.TF_ATTR_STRING, value})
export const shape = (name: string, value: readonly number[]): Attribute => ({name, type: binding.TF_ATTR_SHAPE, value})

/** Runs an operation that has one output. Inputs stay the caller's. */
export function run(name: string, inputs: readonly Raw[], attributes: readonly Attribute[]): Raw {
  return runMany(name, inputs, attributes, 1)[0]!
}

/** Runs an operation with the given number of outputs (0 for those that only have an effect). */
export function runMany(
  name: string,
  inputs: readonly Raw[],
  attributes: readonly Attribute[],
  outputs: number,
): Raw[] {
  const ids = inputs.map((input) => input.id)
  return binding.executeOp(name, attributes as never, ids, outputs)
}

/**
 * Hands an array to TensorFlow, which may share its memory: do not write to it while the tensor lives.
 * The type follows the array: float32, int32 or uint8.
 */
export function fromHost(data: Float32Array | Int32Array | Uint8Array, dimensions: readonly number[]): Raw {
  const dtype = data instanceof Float32Array ? FLOAT : data instanceof Int32Array ? INT32 : UINT8
  return {id: binding.createTensor([...dimensions], dtype, data), shape: dimensions, dtype}
}

/** Copies a float32 or int32 tensor to the host (a blocking read-back on a GPU). */
export function read(tensor: Raw): Float32Array | Int32Array {
  return binding.tensorDataSync(tensor.id) as Float32Array | Int32Array
}

/** Frees handles; each must be freed once. */
export function free(...tensors: readonly Raw[]): void {
  for (const tensor of tensors) binding.deleteTensor(tensor.id)
}

/** Number of handles alive, tfjs' own included: flat between the steps of a loop that does not leak. */
export function liveTensors(): number {
  return binding.getNumOfTensors()
}

/** Gives a float32 or int32 handle to tfjs: freed by the returned tensor's `dispose`, no longer by `free`. */
export function toTfjs<T extends tf.Tensor>(tensor: Raw): T {
  return backend.createOutputTensor({id: tensor.id, shape: [...tensor.shape], dtype: tensor.dtype}) as T
}

/** The handle of a tfjs tensor, which stays its owner: do not `free` it, and do not use it after the tensor's `dispose`. */
export function borrow(tensor: tf.Tensor): Raw {
  const [id] = backend.getInputTensorIds([tensor])
  return {id: id!, shape: tensor.shape, dtype: tensor.dtype === 'float32' ? FLOAT : INT32}
}

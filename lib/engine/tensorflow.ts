// The one import of TensorFlow in the project.
import './prepare.ts'
import * as tf from '@tensorflow/tfjs-node-gpu'
import type {TensorMetadata, TFJSBinding} from '@tensorflow/tfjs-node-gpu/dist/tfjs_binding.js'

export {tf}

/** The parts of tfjs' Node backend that translate between its tensors and TensorFlow's handles (some are private there). */
interface Backend {
  readonly binding: TFJSBinding
  createOutputTensor(handle: TensorMetadata): tf.Tensor
  getInputTensorIds(tensors: readonly tf.Tensor[]): number[]
}

export const backend = tf.backend() as unknown as Backend

/** The native addon: executes TensorFlow operations on numbered tensor handles. */
export const binding = backend.binding

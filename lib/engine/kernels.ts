// Which kernels TensorFlow is asked for: chosen once, when the engine is loaded, so that a run never mixes them.
import {type Attribute, text} from './op.ts'
import {binding} from './tensorflow.ts'

/**
 * True where oneDNN's kernels can be called by their internal names: max pooling ten times as fast as the public operation's
 * gradient, a softmax three to eight times as fast, and a convolution that adds its bias on the way. Internal names may change, so
 * only the version tried here.
 */
export const onednn =
  /^2\.19\./.test(binding.TF_Version) && !binding.isUsingGpuDevice() && process.env.TF_ENABLE_ONEDNN_OPTS !== '0'

/** Attribute by which TensorFlow finds oneDNN's kernel of an operation. */
export const onednnKernel: Attribute = text('_kernel', 'MklNameChangeOp')

/** The same, for those of oneDNN's kernels that have an operation of their own, which TensorFlow labels wrongly when called from outside a graph. */
export const unlabelledKernel: Attribute = text('_kernel', '')

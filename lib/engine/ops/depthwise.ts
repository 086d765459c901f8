// Convolutions of every channel with a kernel of its own, in TensorFlow's layout: images NHWC, kernels [height, width, 1, channels], as
// PyTorch's [channels, 1, height, width] come out of layout.ts. Padding is as in convolution.ts.
import {BFLOAT16, FLOAT, free, type Raw, run, text, type} from '../op.ts'
import {add, cast, ints, reshape} from './elementwise.ts'
import {geometry, samePadding} from './geometry.ts'

/** A depthwise convolution, with bias or without. */
export function convolveDepthwise(x: Raw, kernel: Raw, stride: number, bias?: Raw): Raw {
  const perChannel = reshape(kernel, toTensorflow(kernel.shape))
  const product = run('DepthwiseConv2dNative', [x, perChannel], geometry(x.dtype, stride))
  free(perChannel)
  if (bias === undefined) return product
  // In bfloat16 BiasAdd takes three quarters of the time of a sum with broadcasting, some 3 % of describing with MobileNetV3; in float32 the sum is faster.
  const output =
    x.dtype === BFLOAT16
      ? run('BiasAdd', [product, bias], [type('T', BFLOAT16), text('data_format', 'NHWC')])
      : add(product, bias)
  free(product)
  return output
}

/**
 * Gradient with respect to the images, which had the given shape. With a stride in float32: oneDNN's kernel for bfloat16 takes 7 to 25
 * times as long (measured on 56x56x144 and 112x112x96).
 */
export function depthwiseInputGradient(gradient: Raw, kernel: Raw, stride: number, shape: readonly number[]): Raw {
  const dtype = stride === 1 ? gradient.dtype : FLOAT
  const [upstream, weights] = [cast(gradient, dtype), cast(kernel, dtype)]
  const perChannel = reshape(weights, toTensorflow(kernel.shape))
  const wanted = ints(shape)
  const inner = run('DepthwiseConv2dNativeBackpropInput', [wanted, perChannel, upstream], geometry(dtype, stride))
  const result = cast(inner, gradient.dtype)
  free(upstream, weights, perChannel, wanted, inner)
  return result
}

/**
 * Gradient with respect to the kernel, of the given shape. oneDNN is fast for 3x3 only. From 5x5 on TensorFlow's own kernel, which takes
 * float32, is up to twice as fast (6 times on 7x7 maps; in bfloat16 more, casts included), and explicit padding is how to ask for it.
 */
export function depthwiseKernelGradient(x: Raw, gradient: Raw, stride: number, shape: readonly number[]): Raw {
  const size = shape[0]!
  const own = size > 3
  const dtype = own ? FLOAT : x.dtype
  const [images, upstream] = [cast(x, dtype), cast(gradient, dtype)]
  const wanted = ints(toTensorflow(shape))
  const along = (inputs: number) => samePadding(inputs, size, stride)
  const attributes = own ? geometry(dtype, stride, [along(x.shape[1]!), along(x.shape[2]!)]) : geometry(dtype, stride)
  const perChannel = run('DepthwiseConv2dNativeBackpropFilter', [images, wanted, upstream], attributes)
  const result = reshape(perChannel, shape)
  free(images, upstream, wanted, perChannel)
  return result
}

/** The same memory, with the channels as inputs that have one output each. */
function toTensorflow([height, width, , channels]: readonly number[]): number[] {
  return [height!, width!, channels!, 1]
}

// Convolutions in TensorFlow's layout (images NHWC, kernels HWIO) and their gradients.

import {onednn, onednnKernel} from '../kernels.ts'
import {free, type Raw, run, text, type} from '../op.ts'
import {concatenate, everyNth, pad, spread, subsample} from './arrange.ts'
import {convolveDepthwise, depthwiseInputGradient, depthwiseKernelGradient} from './depthwise.ts'
import {ints, reshape} from './elementwise.ts'
import {geometry} from './geometry.ts'
import {matMul} from './matrix.ts'

/**
 * Convolution, with bias or without. Padding is always SAME: for odd kernels of stride 1 that is PyTorch's; for stride 2 TensorFlow pads
 * more at the end and PyTorch at the beginning, so networks run on images and kernels turned by 180 degrees (layout.ts): there the two agree.
 * A kernel of one input, on images of more channels, is a depthwise convolution.
 */
export function convolve(x: Raw, kernel: Raw, stride: number, bias?: Raw): Raw {
  if (isDepthwise(x.shape, kernel.shape)) return convolveDepthwise(x, kernel, stride, bias)
  if (isPointwise(kernel.shape, stride)) {
    const kept = subsample(x, stride)
    const output = convolve(kept, kernel, 1, bias)
    free(kept)
    return output
  }
  if (bias === undefined) return run('Conv2D', [x, kernel], geometry(x.dtype, stride))
  if (onednn) return run('_MklNativeConv2DWithBias', [x, kernel, bias], [...geometry(x.dtype, stride), onednnKernel])
  const product = run('Conv2D', [x, kernel], geometry(x.dtype, stride))
  const output = run('BiasAdd', [product, bias], [type('T', x.dtype), text('data_format', 'NHWC')])
  free(product)
  return output
}

/** Gradient with respect to the images, which had the given shape. */
export function inputGradient(gradient: Raw, kernel: Raw, stride: number, shape: readonly number[]): Raw {
  if (isDepthwise(shape, kernel.shape)) return depthwiseInputGradient(gradient, kernel, stride, shape)
  if (isPointwise(kernel.shape, stride)) {
    const kept = inputGradient(gradient, kernel, 1, [...gradient.shape.slice(0, 3), shape[3]!])
    const result = spread(kept, stride, shape)
    free(kept)
    return result
  }
  const wanted = ints(shape)
  const result = run('Conv2DBackpropInput', [wanted, kernel, gradient], geometry(gradient.dtype, stride))
  free(wanted)
  return result
}

/** Gradient with respect to the kernel, of the given HWIO shape. */
export function kernelGradient(x: Raw, gradient: Raw, stride: number, shape: readonly number[]): Raw {
  if (isDepthwise(x.shape, shape)) return depthwiseKernelGradient(x, gradient, stride, shape)
  if (isPointwise(shape, stride)) {
    const kept = subsample(x, stride)
    const result = kernelGradient(kept, gradient, 1, shape)
    free(kept)
    return result
  }
  if (prefersProducts(gradient.shape, shape)) return kernelGradientByProducts(x, gradient, stride, shape)
  const wanted = ints(shape)
  const result = run('Conv2DBackpropFilter', [x, wanted, gradient], geometry(x.dtype, stride))
  free(wanted)
  return result
}

function isDepthwise(images: readonly number[], [, , inputs]: readonly number[]): boolean {
  return inputs === 1 && images[3]! > 1
}

/** A 1x1 kernel with a stride leaves pixels out; oneDNN would need them to start at the first one, and turned images end at the last. */
function isPointwise([height]: readonly number[], stride: number): boolean {
  return height === 1 && stride > 1
}

/**
 * oneDNN's gradient of a 3x3 kernel is slow on small maps; with enough channels nine matrix products are faster (measured on 7x7x512 with
 * 24 to 192 images: bfloat16 2.3 to 2.8 times, float32 1.2 to 1.4 times; slower on larger maps and with fewer channels).
 */
function prefersProducts(
  [, height, width]: readonly number[],
  [size, , channels, outputs]: readonly number[],
): boolean {
  return size === 3 && height! * width! <= 49 && channels! * outputs! >= 256 * 512
}

/** One product of shifted images and gradients for each position of the kernel. */
function kernelGradientByProducts(x: Raw, gradient: Raw, stride: number, shape: readonly number[]): Raw {
  const [size, , channels, outputs] = shape as [number, number, number, number]
  const [batch, height, width] = gradient.shape as [number, number, number]
  const padded = padSame(x, stride, size, height, width)
  const gradients = reshape(gradient, [-1, outputs])
  const products: Raw[] = []
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++) {
      const shifted = everyNth(padded, stride, row, column, height, width)
      const matrix = reshape(shifted, [batch * height * width, channels])
      products.push(matMul(matrix, gradients, {transposeA: true}))
      free(shifted, matrix)
    }
  }
  const stacked = concatenate(products)
  const result = reshape(stacked, shape)
  free(padded, gradients, ...products, stacked)
  return result
}

/** Adds the zeros that SAME means: what is needed in all, half of it (rounded down) before. Ends on a multiple of the stride. */
function padSame(x: Raw, stride: number, size: number, height: number, width: number): Raw {
  const along = (outputs: number, inputs: number): [number, number] => {
    const needed = (outputs - 1) * stride + size
    const before = Math.max(needed - inputs, 0) >> 1
    return [before, Math.ceil(needed / stride) * stride - inputs - before]
  }
  return pad(x, [[0, 0], along(height, x.shape[1]!), along(width, x.shape[2]!), [0, 0]])
}

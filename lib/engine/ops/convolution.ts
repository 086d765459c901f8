// Convolutions in TensorFlow's layout (images NHWC, kernels HWIO) and their gradients.

import {onednn, onednnKernel} from '../kernels.ts'
import {bool, free, INT32, int, type Raw, run, text, type} from '../op.ts'
import {ints, reshape} from './elementwise.ts'

/**
 * Convolution, with bias or without. Padding is always SAME: for odd kernels of stride 1 that is PyTorch's; for stride 2 TensorFlow pads
 * more at the end and PyTorch at the beginning, so networks run on images and kernels turned by 180 degrees (layout.ts): there the two agree.
 */
export function convolve(x: Raw, kernel: Raw, stride: number, bias?: Raw): Raw {
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
  if (isPointwise(shape, stride)) {
    const kept = subsample(x, stride)
    const result = kernelGradient(kept, gradient, 1, shape)
    free(kept)
    return result
  }
  if (isSmallMap(gradient.shape, shape)) return kernelGradientByProducts(x, gradient, stride, shape)
  const wanted = ints(shape)
  const result = run('Conv2DBackpropFilter', [x, wanted, gradient], geometry(x.dtype, stride))
  free(wanted)
  return result
}

/** A 1x1 kernel with a stride reads every second pixel: from the first in PyTorch, so up to the last in a turned image. */
function isPointwise([height]: readonly number[], stride: number): boolean {
  return height === 1 && stride > 1
}

function subsample(x: Raw, stride: number): Raw {
  const [begin, end, strides] = lattice(x.shape, stride)
  const kept = run('StridedSlice', [x, begin, end, strides], sliceAttributes(x.dtype))
  free(begin, end, strides)
  return kept
}

/** The gradient of subsample: zeros between the pixels. */
function spread(kept: Raw, stride: number, inputShape: readonly number[]): Raw {
  const [begin, end, strides] = lattice(inputShape, stride)
  const wanted = ints(inputShape)
  const result = run('StridedSliceGrad', [wanted, begin, end, strides, kept], sliceAttributes(kept.dtype))
  free(wanted, begin, end, strides)
  return result
}

function lattice(inputShape: readonly number[], stride: number): [Raw, Raw, Raw] {
  const [, height, width] = inputShape as [number, number, number]
  const begin = ints([0, (height - 1) % stride, (width - 1) % stride, 0])
  return [begin, ints(inputShape), ints([1, stride, stride, 1])]
}

function geometry(dtype: number, stride: number) {
  return [
    type('T', dtype),
    int('strides', [1, stride, stride, 1]),
    text('padding', 'SAME'),
    int('explicit_paddings', []),
    text('data_format', 'NHWC'),
    int('dilations', [1, 1, 1, 1]),
  ]
}

/** oneDNN's kernel gradient is slow on maps of 7x7 and less: there nine matrix products win (measured: bfloat16 2x, float32 1.2x). */
function isSmallMap([, height, width]: readonly number[], [kernelHeight]: readonly number[]): boolean {
  return kernelHeight === 3 && height! * width! <= 49
}

/** One product of shifted images and gradients for each position of the kernel. */
function kernelGradientByProducts(x: Raw, gradient: Raw, stride: number, shape: readonly number[]): Raw {
  const [size, , channels, outputs] = shape as [number, number, number, number]
  const [batch, height, width] = gradient.shape as [number, number, number]
  const padded = padSame(x, stride, size, height, width)
  const gradients = reshape(gradient, [batch * height * width, outputs])
  const strides = ints([1, stride, stride, 1])
  const products: Raw[] = []
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++) {
      const begin = ints([0, row, column, 0])
      const end = ints([batch, row + (height - 1) * stride + 1, column + (width - 1) * stride + 1, channels])
      const shifted = run('StridedSlice', [padded, begin, end, strides], sliceAttributes(x.dtype))
      const matrix = reshape(shifted, [batch * height * width, channels])
      products.push(
        run('MatMul', [matrix, gradients], [type('T', x.dtype), bool('transpose_a', true), bool('transpose_b', false)]),
      )
      free(begin, end, shifted, matrix)
    }
  }
  const axis = ints([0])
  const scalarAxis = reshape(axis, [])
  const stacked = run(
    'ConcatV2',
    [...products, scalarAxis],
    [type('T', x.dtype), int('N', products.length), type('Tidx', INT32)],
  )
  const result = reshape(stacked, shape)
  free(padded, gradients, strides, ...products, axis, scalarAxis, stacked)
  return result
}

/** Adds the zeros that SAME means: what is needed in all, half of it (rounded down) before. */
function padSame(x: Raw, stride: number, size: number, height: number, width: number): Raw {
  const [, inputHeight, inputWidth] = x.shape as [number, number, number]
  const rows = Math.max((height - 1) * stride + size - inputHeight, 0)
  const columns = Math.max((width - 1) * stride + size - inputWidth, 0)
  const flat = ints([0, 0, rows >> 1, rows - (rows >> 1), columns >> 1, columns - (columns >> 1), 0, 0])
  const paddings = reshape(flat, [4, 2])
  const padded = run('Pad', [x, paddings], [type('T', x.dtype), type('Tpaddings', INT32)])
  free(flat, paddings)
  return padded
}

function sliceAttributes(dtype: number) {
  return [
    type('T', dtype),
    type('Index', INT32),
    int('begin_mask', 0),
    int('end_mask', 0),
    int('ellipsis_mask', 0),
    int('new_axis_mask', 0),
    int('shrink_axis_mask', 0),
  ]
}

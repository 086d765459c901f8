import assert from 'node:assert/strict'
import {test} from 'node:test'
import {reverse, weightFromHost} from '../../lib/engine/layout.ts'
import {BFLOAT16, FLOAT, free, fromHost, type Raw, read} from '../../lib/engine/op.ts'
import {convolve, inputGradient, kernelGradient} from '../../lib/engine/ops/convolution.ts'
import {cast, multiply, reshape} from '../../lib/engine/ops/elementwise.ts'
import {hashed} from '../model/tiny-network.ts'

const channels = 3

for (const size of [3, 5, 7]) {
  for (const stride of [1, 2]) {
    for (const [height, width] of [
      [8, 10],
      [9, 7],
    ] as const) {
      const kind = `${size}x${size} depthwise convolution with stride ${stride} of ${height}x${width}`

      test(`A ${kind} is PyTorch's, padded by half of the kernel`, () => {
        const values = Float32Array.from(hashed(1, height * width * channels))
        const weights = Float32Array.from(hashed(2, channels * size * size))
        const x = turned(values, height, width)
        const kernel = weightFromHost(weights, [channels, 1, size, size])
        const bias = fromHost(Float32Array.of(0.5, -0.5, 0.25), [channels])
        const output = convolve(x, kernel, stride, bias)
        const expected = depthwise({values, weights, height, width, size, stride}, [0.5, -0.5, 0.25])
        assert.deepEqual(output.shape, [1, Math.ceil(height / stride), Math.ceil(width / stride), channels])
        const back = turned(read(output) as Float32Array, output.shape[1]!, output.shape[2]!)
        const found = read(back)
        assert.ok(expected.every((value, i) => Math.abs(value - found[i]!) < 1e-5))
        free(x, kernel, bias, output, back)
      })

      test(`Gradients of a ${kind} are its adjoint, in bfloat16 to its rounding`, () => {
        for (const [dtype, tolerance] of [
          [FLOAT, 1e-4],
          [BFLOAT16, 0.05],
        ] as const) {
          const x = random([4, height, width, channels], 3, dtype)
          const kernel = random([size, size, 1, channels], 4, dtype)
          const output = convolve(x, kernel, stride)
          const gradient = random(output.shape, 5, dtype)
          const ofInput = inputGradient(gradient, kernel, stride, x.shape)
          const ofKernel = kernelGradient(x, gradient, stride, kernel.shape)
          assert.equal(ofInput.dtype, dtype)
          assert.deepEqual(ofKernel.shape, kernel.shape)
          // the convolution is linear in each: <f(x), g> = <x, f'(g)>
          const expected = inner(output, gradient)
          for (const [a, b] of [
            [x, ofInput],
            [kernel, ofKernel],
          ] as const) {
            const found = inner(a, b)
            assert.ok(
              Math.abs(found - expected) < tolerance * Math.sqrt(x.shape[1]! * x.shape[2]!),
              `${found}, ${expected}`,
            )
          }
          free(x, kernel, output, gradient, ofInput, ofKernel)
        }
      })
    }
  }
}

interface Convolution {
  readonly values: Float32Array
  readonly weights: Float32Array
  readonly height: number
  readonly width: number
  readonly size: number
  readonly stride: number
}

/** One number at a time, as the definition says. */
function depthwise({values, weights, height, width, size, stride}: Convolution, bias: readonly number[]): number[] {
  const pad = (size - 1) / 2
  const result: number[] = []
  for (let row = -pad; row + size <= height + pad; row += stride) {
    for (let column = -pad; column + size <= width + pad; column += stride) {
      for (let channel = 0; channel < channels; channel++) {
        let sum = bias[channel]!
        for (let place = 0; place < size * size; place++) {
          const [y, x] = [row + Math.floor(place / size), column + (place % size)]
          if (y < 0 || y >= height || x < 0 || x >= width) continue
          sum += values[(y * width + x) * channels + channel]! * weights[channel * size * size + place]!
        }
        result.push(sum)
      }
    }
  }
  return result
}

function turned(values: Float32Array, height: number, width: number): Raw {
  const rows = fromHost(values, [1, height * width, channels])
  const reversed = reverse(rows, 1)
  const image = reshape(reversed, [1, height, width, channels])
  free(rows, reversed)
  return image
}

function random(shape: readonly number[], stream: number, dtype: number): Raw {
  const count = shape.reduce((product, size) => product * size, 1)
  const exact = fromHost(Float32Array.from(hashed(stream, count)), shape)
  const typed = cast(exact, dtype)
  free(exact)
  return typed
}

function inner(a: Raw, b: Raw): number {
  const [left, right] = [cast(a, FLOAT), cast(b, FLOAT)]
  const product = multiply(left, right)
  let sum = 0
  for (const value of read(product)) sum += value
  free(left, right, product)
  return sum
}

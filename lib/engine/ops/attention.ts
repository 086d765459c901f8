import {onednn, onednnKernel} from '../kernels.ts'
import {FLOAT, free, type Raw, run, type} from '../op.ts'
import {type Tape, Value} from '../tape.ts'
import {concatenate, slice} from './arrange.ts'
import {cast, filled, multiply, reshape, subtract} from './elementwise.ts'
import {stackMatMul} from './matrix.ts'
import {rowSums} from './rows.ts'
import {transpose} from './transpose.ts'

/**
 * Self-attention with several heads (Vaswani et al. 2017, equation 1): softmax(q kᵀ / √d) v. From queries, keys and values side by side,
 * [images, tokens, 3 * heads * d], to [images, tokens, heads * d]. Consumes its input.
 *
 * Images go through in groups whose scores [images, heads, tokens, tokens] stay small, and scores are computed again for the gradient:
 * they would be the largest thing kept.
 */
export function attention(x: Value, heads: number, tape?: Tape): Value {
  const output = new Value(byGroups([x.raw], heads, ([part]) => attend(part!, heads)))
  tape?.record({
    output,
    kept: [x, output],
    backward: (gradient) => {
      x.addGradient(
        byGroups([x.raw, output.raw, gradient], heads, ([part, result, upstream]) =>
          attendGradient(part!, result!, upstream!, heads),
        ),
      )
      free(gradient)
    },
  })
  x.release()
  return output
}

/** Numbers in the scores of a group: 8 MiB of float32, so that they stay in a usual cache. */
const groupSize = 2 ** 21

/** Applies a function to groups of images, and joins the results; frees the groups. */
function byGroups(tensors: readonly Raw[], heads: number, apply: (parts: readonly Raw[]) => Raw): Raw {
  const [images, tokens] = tensors[0]!.shape as [number, number]
  const group = Math.max(1, Math.floor(groupSize / (heads * tokens * tokens)))
  const results: Raw[] = []
  for (let start = 0; start < images; start += group) {
    const count = Math.min(group, images - start)
    const parts = tensors.map((x) => slice(x, [start, 0, 0], [count, ...x.shape.slice(1)]))
    results.push(apply(parts))
    free(...parts)
  }
  const joined = concatenate(results)
  free(...results)
  return joined
}

function attend(x: Raw, heads: number): Raw {
  const {queries, keys, values} = split(x, heads)
  const weights = attentionWeights(queries, keys)
  const mixed = stackMatMul(weights, values)
  const output = joinHeads(mixed)
  free(queries, keys, values, weights, mixed)
  return output
}

/**
 * With weights p, output o and its gradient g: of values pᵀ g; of scores s = p (g vᵀ - sum of g o), for the sum over tokens of p (g vᵀ) is that
 * over channels of g o; of queries s k / √d, of keys sᵀ q / √d.
 */
function attendGradient(x: Raw, output: Raw, gradient: Raw, heads: number): Raw {
  const {queries, keys, values} = split(x, heads)
  const [result, upstream] = [splitHeads(output, heads), splitHeads(gradient, heads)]
  const weights = attentionWeights(queries, keys)
  const ofValues = stackMatMul(weights, upstream, {transposeA: true})
  const ofScores = scoreGradient(weights, stackMatMul(upstream, values, {transposeB: true}), result, upstream)
  // The queries are scaled already: so is the gradient of the keys.
  const ofScaled = stackMatMul(ofScores, keys)
  const ofQueries = scaled(ofScaled)
  const ofKeys = stackMatMul(ofScores, queries, {transposeA: true})
  const joined = unsplit([ofQueries, ofKeys, ofValues])
  free(queries, keys, values, result, upstream, weights, ofValues, ofScores, ofScaled, ofQueries, ofKeys)
  return joined
}

/** Takes over the gradient of the weights. */
function scoreGradient(weights: Raw, ofWeights: Raw, output: Raw, gradient: Raw): Raw {
  const products = multiply(gradient, output)
  const exact = cast(products, FLOAT)
  const sums = rowSums(exact)
  const along = cast(sums, weights.dtype)
  const centred = subtract(ofWeights, along)
  const result = multiply(weights, centred)
  free(ofWeights, products, exact, sums, along, centred)
  return result
}

function attentionWeights(queries: Raw, keys: Raw): Raw {
  const scores = stackMatMul(queries, keys, {transposeB: true})
  const weights = softmax(scores)
  free(scores)
  return weights
}

/** Over the last axis. oneDNN's kernel takes a third of the time of TensorFlow's in float32, an eighth in bfloat16, where it is also more exact. */
function softmax(x: Raw): Raw {
  if (onednn) return run('_MklSoftmax', [x], [type('T', x.dtype), onednnKernel])
  return run('Softmax', [x], [type('T', x.dtype)])
}

/** Each [images, heads, tokens, d]; queries are divided by √d, which is cheaper than dividing the scores. */
function split(x: Raw, heads: number): {queries: Raw; keys: Raw; values: Raw} {
  const [images, tokens, width] = x.shape as [number, number, number]
  const shape = [images, heads, tokens, width / 3 / heads]
  const five = reshape(x, [images, tokens, 3, heads, width / 3 / heads])
  const sorted = transpose(five, [2, 0, 3, 1, 4])
  const part = (which: number) => {
    const block = slice(sorted, [which, 0, 0, 0, 0], [1, ...shape])
    const result = reshape(block, shape)
    free(block)
    return result
  }
  const unscaled = part(0)
  const parts = {queries: scaled(unscaled), keys: part(1), values: part(2)}
  free(five, sorted, unscaled)
  return parts
}

/** The inverse of `split`, of gradients: [images, tokens, 3 * heads * d]. */
function unsplit(parts: readonly Raw[]): Raw {
  const [images, heads, tokens, d] = parts[0]!.shape as [number, number, number, number]
  const stacked = concatenate(parts)
  const five = reshape(stacked, [3, images, heads, tokens, d])
  const sorted = transpose(five, [1, 3, 0, 2, 4])
  const result = reshape(sorted, [images, tokens, 3 * heads * d])
  free(stacked, five, sorted)
  return result
}

/** [images, tokens, heads * d] to [images, heads, tokens, d]. */
function splitHeads(x: Raw, heads: number): Raw {
  const [images, tokens, width] = x.shape as [number, number, number]
  const four = reshape(x, [images, tokens, heads, width / heads])
  const sorted = transpose(four, [0, 2, 1, 3])
  free(four)
  return sorted
}

/** The inverse of `splitHeads`. */
function joinHeads(x: Raw): Raw {
  const [images, heads, tokens, d] = x.shape as [number, number, number, number]
  const sorted = transpose(x, [0, 2, 1, 3])
  const result = reshape(sorted, [images, tokens, heads * d])
  free(sorted)
  return result
}

/** Divided by √d, d being the last axis. */
function scaled(x: Raw): Raw {
  const factor = filled(1 / Math.sqrt(x.shape.at(-1)!), [], x.dtype)
  const product = multiply(x, factor)
  free(factor)
  return product
}

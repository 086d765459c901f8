import {free, fromHost, type Raw, read} from '../../engine/op.ts'
import {multiply} from '../../engine/ops/elementwise.ts'
import type {ParametersOf} from '../card.ts'
import {softplus} from '../curves.ts'
import {type Distance, openDistance} from '../distances.ts'
import {distinctPairs} from '../distinct-pairs.ts'
import {exponential} from '../exponential.ts'
import type {LossOpener} from '../loss.ts'
import {positiveTerms, type Terms} from '../terms.ts'
import type {Tuples} from '../tuples.ts'
import {addGradients, type Vectors} from '../vectors.ts'
import type {angular} from './angular.card.ts'

/** Every positive pair against all negatives of its anchor, which are seen from both ends of the pair. */
export const open: LossOpener<ParametersOf<typeof angular>> = ({alpha, raw_negatives}) => ({
  compares: 'plan',
  weights: [],
  start({vectors, tuples}) {
    const distance = openDistance(vectors, {name: 'similarity', normalise: true})
    const square = Math.tan((alpha * Math.PI) / 180) ** 2
    const seen = {distance, productsOf: openProducts(distance, vectors)}
    if (!raw_negatives) return {terms: [angularTerms(seen, tuples, square)], gradient: () => distance.backward()}
    const lengths = vectors.gram('raw').squaredLengths.map(Math.sqrt)
    const negatives = {lengths, gradient: new Float32Array(lengths.length)}
    return {
      terms: [angularTerms(seen, tuples, square, negatives)],
      gradient: () => addGradients(distance.backward(), throughLengths(vectors, negatives.gradient)),
    }
  },
})

/** Cosines of the batch, and of a positive with all columns. */
interface Seen {
  readonly distance: Distance
  productsOf(positive: number): Float32Array
}

/** Lengths of negatives that are not normalised, with the gradient that gathers for them. */
interface Lengths {
  readonly lengths: Float32Array
  readonly gradient: Float32Array
}

function angularTerms({distance, productsOf}: Seen, tuples: Tuples, square: number, raw?: Lengths): Terms {
  const {rows, columns, values, gradient} = distance
  const {positives, negatives} = distinctPairs(tuples)
  const [acrossFactor, alongFactor] = [4 * square, 2 * (1 + square)]
  const lengths = raw?.lengths ?? new Float32Array(columns).fill(1)

  // Of one pair after another: exponentials of its negatives, the largest taken off first.
  const exponentials = new Float64Array(columns)
  /** Log of the sum over negatives; -Infinity without any. */
  const against = (anchor: number, positive: number) => {
    const [base, from, to] = [anchor * columns, negatives.start[anchor]!, negatives.start[anchor + 1]!]
    const products = productsOf(positive)
    let [largest, sum] = [Number.NEGATIVE_INFINITY, 0]
    for (let i = from; i < to; i++) {
      const negative = negatives.other[i]!
      const exponent = acrossFactor * lengths[negative]! * (values[base + negative]! + products[negative]!)
      exponentials[i - from] = exponent
      if (exponent > largest) largest = exponent
    }
    for (let i = 0; i < to - from; i++) {
      const one = exponential(exponentials[i]! - largest)
      exponentials[i] = one
      sum += one
    }
    return {total: largest + Math.log(sum), sum}
  }
  const value = (anchor: number, positive: number) => {
    const {total} = against(anchor, positive)
    if (total === Number.NEGATIVE_INFINITY) return 0
    return softplus.value(total - alongFactor * values[anchor * columns + positive]!)
  }
  const spread = (anchor: number, positive: number, weight: number) => {
    const {total, sum} = against(anchor, positive)
    if (total === Number.NEGATIVE_INFINITY) return
    const [base, from, to] = [anchor * columns, negatives.start[anchor]!, negatives.start[anchor + 1]!]
    const along = base + positive
    const pull = weight * softplus.slope(total - alongFactor * values[along]!)
    gradient[along]! -= pull * alongFactor
    const products = productsOf(positive)
    for (let i = from; i < to; i++) {
      const negative = negatives.other[i]!
      const share = (pull * acrossFactor * exponentials[i - from]!) / sum
      const slope = share * lengths[negative]!
      gradient[base + negative]! += slope
      // What is remembered gets no gradient: then only the other end of a product does.
      if (positive < rows) gradient[positive * columns + negative]! += slope
      else if (negative < rows) gradient[negative * columns + positive]! += slope
      if (raw !== undefined) raw.gradient[negative]! += share * (values[base + negative]! + products[negative]!)
    }
  }
  return positiveTerms(positives, value, spread)
}

/** Rows of the batch have their products with all columns; for a positive of a memory they are worked out when it is met. */
function openProducts({rows, columns, values}: Distance, vectors: Vectors): Seen['productsOf'] {
  const known = new Map<number, Float32Array>()
  let all: Float32Array | undefined
  return (positive) => {
    if (positive < rows) return values.subarray(positive * columns, (positive + 1) * columns)
    const before = known.get(positive)
    if (before !== undefined) return before
    all ??= read(vectors.allColumns('unit')) as Float32Array
    const products = new Float32Array(columns)
    for (let column = 0; column < columns; column++) {
      let sum = 0
      for (let i = 0; i < vectors.dim; i++) sum += all[positive * vectors.dim + i]! * all[column * vectors.dim + i]!
      products[column] = sum
    }
    known.set(positive, products)
    return products
  }
}

/** Gradient by the raw embeddings of what depends on their lengths: along themselves. */
function throughLengths(vectors: Vectors, gradient: Float32Array): Raw {
  const shares = fromHost(gradient.slice(0, vectors.rows), [vectors.rows, 1])
  const product = multiply(vectors.tensor('unit'), shares)
  free(shares)
  return product
}

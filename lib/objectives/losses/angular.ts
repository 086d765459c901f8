import {free, fromHost, type Raw} from '../../engine/op.ts'
import {multiply} from '../../engine/ops/elementwise.ts'
import type {ParametersOf} from '../card.ts'
import {type Distance, openDistance} from '../distances.ts'
import {distinctPairs} from '../distinct-pairs.ts'
import type {LossOpener} from '../loss.ts'
import {positiveTerms, softHinge, type Terms} from '../terms.ts'
import {type PairList, pairList, type Tuples} from '../tuples.ts'
import {addGradients, type Vectors} from '../vectors.ts'
import type {angular} from './angular.card.ts'

/** Every positive pair against all negatives of its anchor, which are seen from both ends of the pair. */
export const open: LossOpener<ParametersOf<typeof angular>> = ({alpha, raw_negatives}) => ({
  compares: 'plan',
  weights: [],
  start({vectors, tuples}) {
    const distance = openDistance(vectors, {name: 'similarity', normalise: true})
    const square = Math.tan((alpha * Math.PI) / 180) ** 2
    if (!raw_negatives) return {terms: [angularTerms(distance, tuples, square)], gradient: () => distance.backward()}
    const lengths = vectors.gram('raw').squaredLengths.map(Math.sqrt)
    const negatives = {lengths, gradient: new Float32Array(lengths.length)}
    return {
      terms: [angularTerms(distance, tuples, square, negatives)],
      gradient: () => addGradients(distance.backward(), throughLengths(vectors, negatives.gradient)),
    }
  },
  state: () => new Map(),
  dispose: () => {},
})

/** Lengths of negatives that are not normalised, with the gradient that gathers for them. */
interface Lengths {
  readonly lengths: Float32Array
  readonly gradient: Float32Array
}

function angularTerms(distance: Distance, tuples: Tuples, square: number, raw?: Lengths): Terms {
  const {columns, values, gradient} = distance
  const {positives, negatives} = distinctPairs(tuples)
  const inside = positivesInside(positives, distance.rows)
  const [acrossFactor, alongFactor] = [4 * square, 2 * (1 + square)]
  const lengthOf = (negative: number) => raw?.lengths[negative] ?? 1
  const across = (anchor: number, positive: number, negative: number) =>
    values[anchor * columns + negative]! + values[positive * columns + negative]!

  /** Log of the sum over negatives; -Infinity without any. */
  const against = (anchor: number, positive: number) => {
    let [largest, sum] = [Number.NEGATIVE_INFINITY, 0]
    for (let i = negatives.start[anchor]!; i < negatives.start[anchor + 1]!; i++) {
      const negative = negatives.other[i]!
      const exponent = acrossFactor * lengthOf(negative) * across(anchor, positive, negative)
      if (exponent > largest) {
        sum = sum * Math.exp(largest - exponent) + 1
        largest = exponent
      } else sum += Math.exp(exponent - largest)
    }
    return largest + Math.log(sum)
  }
  const lead = (anchor: number, positive: number) =>
    against(anchor, positive) - alongFactor * values[anchor * columns + positive]!
  const value = (anchor: number, positive: number) => {
    const x = lead(anchor, positive)
    return x === Number.NEGATIVE_INFINITY ? 0 : softplus.value(x)
  }
  const spread = (anchor: number, positive: number, weight: number) => {
    const total = against(anchor, positive)
    if (total === Number.NEGATIVE_INFINITY) return
    const along = anchor * columns + positive
    const pull = weight * softplus.slope(total - alongFactor * values[along]!)
    gradient[along]! -= pull * alongFactor
    for (let i = negatives.start[anchor]!; i < negatives.start[anchor + 1]!; i++) {
      const negative = negatives.other[i]!
      const sum = across(anchor, positive, negative)
      const share = pull * acrossFactor * Math.exp(acrossFactor * lengthOf(negative) * sum - total)
      gradient[anchor * columns + negative]! += share * lengthOf(negative)
      gradient[positive * columns + negative]! += share * lengthOf(negative)
      if (raw !== undefined) raw.gradient[negative]! += share * sum
    }
  }
  return positiveTerms(inside, value, spread)
}

const softplus = softHinge(0)

/** Without positives of a memory: their products with the negatives are not known. */
function positivesInside({start, other}: PairList, rows: number): PairList {
  const kept: [number, number][] = []
  for (let anchor = 0; anchor < rows; anchor++) {
    for (let i = start[anchor]!; i < start[anchor + 1]!; i++) if (other[i]! < rows) kept.push([anchor, other[i]!])
  }
  return pairList(rows, kept)
}

/** Gradient by the raw embeddings of what depends on their lengths: along themselves. */
function throughLengths(vectors: Vectors, gradient: Float32Array): Raw {
  const shares = fromHost(gradient.slice(0, vectors.rows), [vectors.rows, 1])
  const product = multiply(vectors.tensor('unit'), shares)
  free(shares)
  return product
}

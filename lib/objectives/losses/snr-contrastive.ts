import {fromHost, type Raw, read} from '../../engine/op.ts'
import type {ParametersOf} from '../card.ts'
import {openDistance} from '../distances.ts'
import {hingeTerms} from '../hinge-terms.ts'
import type {LossOpener} from '../loss.ts'
import {penaltyTerms, type Terms} from '../terms.ts'
import {addGradients, type Vectors} from '../vectors.ts'
import type {snrContrastive} from './snr-contrastive.card.ts'

/** The contrastive loss of distances by signal-to-noise ratio, with a penalty on embeddings whose numbers do not average to zero. */
export const open: LossOpener<ParametersOf<typeof snrContrastive>> = (parameters) => {
  const {distance: spec, positive_margin, negative_margin, zero_mean} = parameters
  return {
    compares: 'plan',
    weights: [],
    start({vectors, tuples}) {
      const distance = openDistance(vectors, spec)
      const penalty = zero_mean === 0 ? undefined : zeroMean(vectors, spec.normalise ? 'unit' : 'raw', zero_mean)
      return {
        terms: [
          hingeTerms(tuples.positives, distance, {margin: positive_margin, direction: 1}),
          hingeTerms(tuples.negatives, distance, {margin: negative_margin, direction: -1}),
          ...(penalty === undefined ? [] : [penalty.terms]),
        ],
        gradient: () => addGradients(penalty?.gradient(), distance.backward()),
      }
    },
    state: () => new Map(),
    dispose: () => {},
  }
}

/** share * mean over rows of |sum of the row|, in the space of the distance. */
function zeroMean(vectors: Vectors, space: 'unit' | 'raw', share: number): {terms: Terms; gradient(): Raw} {
  const {rows, dim} = vectors
  const values = read(vectors.tensor(space)) as Float32Array
  const gradient = new Float32Array(values.length)
  let total = 0
  for (let row = 0; row < rows; row++) {
    const sum = values.subarray(row * dim, (row + 1) * dim).reduce((before, value) => before + value, 0)
    total += Math.abs(sum)
    gradient.fill((share * Math.sign(sum)) / rows, row * dim, (row + 1) * dim)
  }
  let weight = 0
  return {
    terms: penaltyTerms((share * total) / rows, (given) => {
      weight = given
    }),
    gradient: () =>
      vectors.fromTensor(
        space,
        fromHost(
          gradient.map((value) => weight * value),
          [rows, dim],
        ),
      ),
  }
}

import type {ParametersOf} from '../card.ts'
import {openDistance} from '../distances.ts'
import {distinctPairs} from '../distinct-pairs.ts'
import {pairLoss} from '../pair-loss.ts'
import {teacherOf} from '../teacher.ts'
import {pairTerms} from '../terms.ts'
import {openVectors} from '../vectors.ts'
import type {contrastiveDistillation} from './contrastive-distillation.card.ts'

/** Positives are drawn together; negatives are to be as far apart as the teacher has them, in place of a margin. */
export const open = pairLoss<ParametersOf<typeof contrastiveDistillation>>(
  'plan',
  (distance, batch, {distance: spec, negative_weight}) => {
    const teacher = openVectors(teacherOf(batch, 'contrastive-distillation'))
    const taught = openDistance(teacher, spec).values
    teacher.dispose()
    const {positives, negatives} = distinctPairs(batch.tuples)
    return [
      pairTerms(positives, distance, {value: (x) => x ** 2 / 2, slope: (x) => x}),
      pairTerms(negatives, distance, {
        value: (x, place) => (negative_weight * (x - taught[place]!) ** 2) / 2,
        slope: (x, place) => negative_weight * (x - taught[place]!),
      }),
    ]
  },
)

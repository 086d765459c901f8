import {randomFrom} from '../../random.ts'
import type {ParametersOf} from '../card.ts'
import {type Curve, hinge} from '../curves.ts'
import type {Distance} from '../distances.ts'
import type {LossBatch} from '../loss.ts'
import {pairLoss} from '../pair-loss.ts'
import {type Terms, tripletTerms} from '../terms.ts'
import {countTriplets, eachTriplet} from '../tuples.ts'
import type {quadruplet} from './quadruplet.card.ts'

/** The triplet loss, and the same against two images of two other classes. */
export const open = pairLoss<ParametersOf<typeof quadruplet>>('plan', (distance, batch, {margin, second_margin}) => [
  tripletTerms(batch.tuples, distance, hinge(margin)),
  quadrupletTerms(batch, distance, hinge(second_margin)),
])

function quadrupletTerms(batch: LossBatch, {columns, values, gradient, sign}: Distance, curve: Curve): Terms {
  const {tuples} = batch
  const eachQuadruplet = (visit: (x: number, anchor: number, near: number, far: number) => void) => {
    // Opened anew for every walk, so that each draws the same.
    const thirdOf = openThird(batch)
    eachTriplet(tuples, (anchor, positive, negative) => {
      const third = thirdOf(anchor, negative)
      if (third === undefined) return
      const [near, far] = [anchor * columns + positive, negative * columns + third]
      visit(sign * (values[near]! - values[far]!), anchor, near, far)
    })
  }
  return {
    counts: countTriplets(tuples),
    each(visit) {
      eachQuadruplet((x, anchor) => {
        const term = curve.value(x)
        if (term !== 0) visit(term, anchor)
      })
    },
    backward(weight) {
      eachQuadruplet((x, anchor, near, far) => {
        const term = curve.value(x)
        if (term === 0) return
        const pull = sign * weight(term, anchor) * curve.slope(x)
        gradient[near]! += pull
        gradient[far]! -= pull
      })
    },
  }
}

/** Draws a row of neither class; undefined where there is none, and for negatives of a memory, whose distances are not known. */
function openThird({labels, stepSeed}: LossBatch): (anchor: number, negative: number) => number | undefined {
  const random = randomFrom(stepSeed)
  const classes = new Set(labels).size
  return (anchor, negative) => {
    if (classes < 3 || negative >= labels.length) return undefined
    for (;;) {
      const row = random.below(labels.length)
      if (labels[row] !== labels[anchor] && labels[row] !== labels[negative]) return row
    }
  }
}

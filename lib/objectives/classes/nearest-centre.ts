import {free, type Raw} from '../../engine/op.ts'
import {alias, maximum, reluGradient, subtract} from '../../engine/ops/elementwise.ts'
import type {CentreScores} from './centres.ts'
import {fold} from './fold.ts'
import type {Scores} from './scores.ts'

/** The largest score among the centres of a class; its gradient goes to the first centre that has it. */
export function nearestCentre({each, backward}: CentreScores): Scores {
  const largest = fold(each, maximum)
  return {
    tensor: alias(largest),
    backward(gradient, weights) {
      const gradients: Raw[] = []
      let rest = alias(gradient)
      for (const scores of each.slice(0, -1)) {
        // What is left for the others: nothing where this centre has the largest score.
        const behind = subtract(largest, scores)
        const left = reluGradient(rest, behind)
        gradients.push(subtract(rest, left))
        free(behind, rest)
        rest = left
      }
      gradients.push(rest)
      const byEmbeddings = backward(gradients, weights)
      free(...gradients, largest)
      return byEmbeddings
    },
  }
}

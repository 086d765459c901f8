import {FLOAT, free, type Raw, run, type} from '../op.ts'
import {add, divide, filled, multiply, relu, subtract, times} from '../ops/elementwise.ts'
import type {OptimizerModule} from './optimizer.ts'
import {assign, descend, openVariable, readVariable, scale, update, withDecay} from './variable.ts'

interface RmspropSettings {
  readonly alpha: number
  readonly eps: number
  readonly weight_decay: number
  readonly momentum: number
  readonly centered: boolean
}

/**
 * RMSprop (Tieleman and Hinton 2012; centred: Graves 2013) as torch.optim.RMSprop computes it, with eps outside of the root:
 *   g += decay w;  v = alpha v + (1 - alpha) g g;  centred: a = alpha a + (1 - alpha) g, v' = v - a a, else v' = v;
 *   d = g / (sqrt(v') + eps);  w -= lr d, or with momentum b = momentum b + d and w -= lr b.
 */
export const optimizer: OptimizerModule<RmspropSettings> = {
  stateNames: ({momentum, centered}) => [
    'square_avg',
    ...(momentum === 0 ? [] : ['momentum_buffer']),
    ...(centered ? ['grad_avg'] : []),
  ],
  open: (initial, state, {alpha, eps, weight_decay, momentum: ownMomentum, centered}) => {
    const weights = openVariable(initial)
    const kept = state.map(openVariable)
    const squares = kept[0]!
    const buffer = ownMomentum === 0 ? undefined : kept[1]!
    const average = centered ? kept.at(-1)! : undefined
    return {
      apply: (raw, {learningRate, momentum = ownMomentum}) => {
        const gradient = withDecay(raw, weights, weight_decay)
        const move = (target: Raw, rate: number) => {
          if (average === undefined) moveBySquares(target, squares, gradient, {rate, alpha, eps})
          else moveByVariance(target, squares, average, gradient, {rate, alpha, eps})
        }
        if (buffer === undefined) {
          move(weights, learningRate)
        } else {
          scale(buffer, momentum)
          move(buffer, -1)
          const direction = readVariable(buffer)
          descend(weights, learningRate, direction)
          free(direction)
        }
        free(gradient)
      },
      weights: () => readVariable(weights),
      state: () => kept.map(readVariable),
      dispose: () => free(weights, ...kept),
    }
  },
}

interface Move {
  readonly rate: number
  readonly alpha: number
  readonly eps: number
}

/** target -= rate g / (sqrt(v) + eps), after v's update. */
function moveBySquares(target: Raw, squares: Raw, gradient: Raw, {rate, alpha, eps}: Move): void {
  // Adagrad's operation has this very form, with v += g g. Given g sqrt(1 - alpha) it is RMSprop's, in one pass over memory.
  const share = Math.fround(Math.sqrt(1 - alpha))
  scale(squares, alpha)
  const weighted = times(gradient, share)
  update('ResourceApplyAdagradV2', [target, squares, rate / share, eps, weighted], {update_slots: true})
  free(weighted)
}

/** target -= rate g / (sqrt(v - a a) + eps), after the updates of v and a. */
function moveByVariance(target: Raw, squares: Raw, average: Raw, gradient: Raw, {rate, alpha, eps}: Move): void {
  const square = multiply(gradient, gradient)
  blend(squares, square, alpha)
  blend(average, gradient, alpha)
  const [v, a] = [readVariable(squares), readVariable(average)]
  const meanSquared = multiply(a, a)
  const variance = subtract(v, meanSquared)
  // Rounding can make it negative, whose root PyTorch takes for NaN.
  const positive = relu(variance)
  const deviation = run('Sqrt', [positive], [type('T', FLOAT)])
  const epsilon = filled(eps, [])
  const divisor = add(deviation, epsilon)
  const direction = divide(gradient, divisor)
  descend(target, rate, direction)
  free(square, v, a, meanSquared, variance, positive, deviation, epsilon, divisor, direction)
}

/** mean = alpha mean + (1 - alpha) x. */
function blend(mean: Raw, x: Raw, alpha: number): void {
  scale(mean, alpha)
  const [present, share] = [readVariable(mean), times(x, 1 - alpha)]
  const sum = add(present, share)
  free(present, share)
  assign(mean, sum)
}

import {copy} from '../layout.ts'
import {bool, FLOAT, free, fromHost, type Raw, run, runMany, shape, text, type} from '../op.ts'
import {multiply} from '../ops/elementwise.ts'

/** Settings of AdamW with PyTorch's names and defaults. */
export interface AdamWSettings {
  readonly betas: readonly [number, number]
  readonly eps: number
  readonly weightDecay: number
}

/** The two running means of AdamW, one number a weight each. */
export interface Moments {
  readonly firstMoment: Raw
  readonly secondMoment: Raw
}

/** AdamW on one flat float32 vector, which it owns and updates in place. */
export interface AdamW {
  /** One update, the `step`th from 1. Handles got from `weights` and `moments` should be free by then: one still held costs a copy. */
  apply(gradient: Raw, step: number, learningRate: number): void
  /** A handle to the weights, for the caller to free. */
  weights(): Raw
  /** Handles to the moments, for the caller to free. */
  moments(): Moments
  dispose(): void
}

/**
 * Opens AdamW (Loshchilov and Hutter 2019) as PyTorch computes it, decay first:
 *   w -= lr decay w;  m += (1 - b1)(g - m);  v += (1 - b2)(g g - v);  w -= lr / (1 - b1^t) m / (sqrt(v / (1 - b2^t)) + eps).
 * Takes over the handles of the initial state.
 */
export function openAdamW(initial: Moments & {readonly weights: Raw}, {betas, eps, weightDecay}: AdamWSettings): AdamW {
  // As the operation rounds them, so that what it takes 1 - b of and what is corrected by 1 - b^t are the same b.
  const [beta1, beta2] = [Math.fround(betas[0]), Math.fround(betas[1])]
  const weights = openVariable(initial.weights)
  const firstMoment = openVariable(initial.firstMoment)
  const secondMoment = openVariable(initial.secondMoment)
  return {
    apply: (gradient, step, learningRate) => {
      if (weightDecay !== 0) shrink(weights, learningRate * weightDecay)
      // TensorFlow's Adam corrects for the zeros at the start in float32. Given powers of 0 it leaves that to us, in float64; dividing
      // both m / (1 - b1^t) and eps by sqrt(1 - b2^t) is PyTorch's formula with numerator and denominator multiplied by that root.
      const root = Math.sqrt(1 - beta2 ** step)
      const numbers = [0, 0, (learningRate * root) / (1 - beta1 ** step), beta1, beta2, eps * root].map(scalar)
      runMany('ResourceApplyAdam', [weights, firstMoment, secondMoment, ...numbers, gradient], adamAttributes, 0)
      free(...numbers)
    },
    weights: () => readVariable(weights),
    moments: () => ({firstMoment: readVariable(firstMoment), secondMoment: readVariable(secondMoment)}),
    dispose: () => free(weights, firstMoment, secondMoment),
  }
}

const adamAttributes = [type('T', FLOAT), bool('use_locking', false), bool('use_nesterov', false)]

/** w -= w share. */
function shrink(weights: Raw, share: number): void {
  const present = readVariable(weights)
  const factor = scalar(share)
  const difference = multiply(present, factor)
  free(present)
  runMany('AssignSubVariableOp', [weights, difference], [type('dtype', FLOAT)], 0)
  free(factor, difference)
}

function openVariable(initial: Raw): Raw {
  const variable = run(
    'VarHandleOp',
    [],
    [type('dtype', FLOAT), shape('shape', initial.shape), text('container', ''), text('shared_name', ANONYMOUS)],
  )
  // A copy, for the update writes in place and the initial tensor may share memory with the host.
  const own = copy(initial)
  runMany('AssignVariableOp', [variable, own], [type('dtype', FLOAT)], 0)
  free(initial, own)
  return variable
}

/** TensorFlow's word for a variable that lives as long as its handle. */
const ANONYMOUS = 'cd2c89b7-88b7-44c8-ad83-06c2a9158347'

function readVariable(variable: Raw): Raw {
  return run('ReadVariableOp', [variable], [type('dtype', FLOAT)])
}

function scalar(value: number): Raw {
  return fromHost(Float32Array.of(value), [])
}

import {FLOAT, free, type Raw, run, type} from '../engine/op.ts'
import {filled, times} from '../engine/ops/elementwise.ts'
import {flatten, sumOfSquares} from '../engine/ops/flat.ts'
import {isFrozen, type OpenGroup} from './open-group.ts'

/** How the gradients of a step are put together and kept short. */
export interface GradientSettings {
  /** What the sum is divided by. */
  readonly divisor: number
  readonly clip_norm: number | null
  readonly clip_value: number | null
}

/** The gradients of all groups, a vector each for the caller to free, and their common norm before clipping. */
export function takeGradients(
  groups: readonly OpenGroup[],
  {divisor, clip_norm, clip_value}: GradientSettings,
): {readonly gradients: readonly Raw[]; readonly gradientNorm: number} {
  const sums = groups.map(takeSums)
  const gradientNorm = Math.sqrt(sums.reduce((total, sum) => total + sumOfSquares(sum), 0)) / divisor
  // torch.nn.utils.clip_grad_norm_
  const shortening = clip_norm === null ? 1 : Math.min(1, clip_norm / (gradientNorm + 1e-6))
  const gradients = replaceEach(sums, shortening / divisor !== 1, (sum) => times(sum, shortening / divisor))
  return {
    gradients: replaceEach(gradients, clip_value !== null, (gradient) => clamp(gradient, clip_value!)),
    gradientNorm,
  }
}

/** The gradients of a group as one vector, zero where no pass has reached a parameter or none may move it. */
function takeSums(group: OpenGroup): Raw {
  const parts = group.members.map((member) => {
    const gradient = member.takeGradient()
    if (gradient !== undefined && !isFrozen(group)) return gradient
    if (gradient !== undefined) free(gradient)
    return filled(0, member.raw.shape)
  })
  const flat = flatten(parts)
  free(...parts)
  return flat
}

/** Takes over the handles. */
function replaceEach(vectors: readonly Raw[], wanted: boolean, make: (vector: Raw) => Raw): readonly Raw[] {
  if (!wanted) return vectors
  const made = vectors.map(make)
  free(...vectors)
  return made
}

/** torch.nn.utils.clip_grad_value_. */
function clamp(gradient: Raw, limit: number): Raw {
  const [low, high] = [filled(-limit, []), filled(limit, [])]
  const clamped = run('ClipByValue', [gradient, low, high], [type('T', FLOAT)])
  free(low, high)
  return clamped
}

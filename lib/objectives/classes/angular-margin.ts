import type {z} from 'zod'
import type {angularMargin} from './angular-margin.card.ts'
import type {OwnScore} from './softmax-pass.ts'

export type AngularMargin = z.infer<z.ZodObject<typeof angularMargin>>

/** scale cos(acos(score / scale) + margin). An angle of 0 or 180 degrees has no direction in which to widen: no gradient there. */
export function widenedAngle({margin, scale, beyond, cosine_limit}: AngularMargin): OwnScore {
  const radians = (margin * Math.PI) / 180
  const largest = 1 - cosine_limit
  const cosineOf = (score: number) => Math.min(largest, Math.max(-largest, withoutNoise(score / scale)))
  const isBeyond = (angle: number) => beyond === 'linear' && angle > Math.PI - radians
  return {
    value(score) {
      const angle = Math.acos(cosineOf(score))
      return scale * (isBeyond(angle) ? Math.cos(angle) - radians * Math.sin(radians) : Math.cos(angle + radians))
    },
    slope(score) {
      const cosine = cosineOf(score)
      if (Math.abs(cosine) >= largest) return 0
      const angle = Math.acos(cosine)
      return isBeyond(angle) ? 1 : Math.sin(angle + radians) / Math.sin(angle)
    },
  }
}

/** Angles grow like the root of what rounding leaves of a cosine of 1: what is nearer to it than float32 can tell counts as 1. */
function withoutNoise(cosine: number): number {
  return 1 - Math.abs(cosine) < 2e-7 ? Math.sign(cosine) : cosine
}

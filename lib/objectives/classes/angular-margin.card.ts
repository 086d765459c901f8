import {z} from 'zod'

/** Parameters of the losses that widen an angle. */
export const angularMargin = {
  margin: z.number().min(0).max(180).default(28.6).describe('added to the angle with the own class, in degrees'),
  scale: z.number().positive().max(10_000).default(64).describe('multiplies the cosines'),
  beyond: z
    .enum(['linear', 'cosine'])
    .default('linear')
    .describe(
      'where angle + margin passes 180 degrees; linear: cos(angle) - margin sin(margin), margin in radians, which still falls; cosine: cos(angle + margin), which rises again',
    ),
  cosine_limit: z
    .number()
    .min(0)
    .max(0.01)
    .default(0)
    .describe('the cosine with the own class is kept this far from 1 and -1, without gradient there'),
}

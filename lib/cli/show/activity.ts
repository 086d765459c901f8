import {z} from 'zod'

/** Says of a triplet whether an objective would have a loss for it, by the Euclidean distances of unit vectors. */
export interface ActivityRule {
  /** `margin 0.1 on squared distances`. */
  readonly words: string
  isActive(positive: number, negative: number): boolean
}

/** What of a triplet loss says which triplets are active: a kink, and a distance that unit vectors tell. */
const kinkedTriplet = z.object({
  loss: z.literal('triplet'),
  margin: z.number(),
  swap: z.literal(false).default(false),
  smooth: z.literal(false).default(false),
  distance: z.object({name: z.enum(['euclidean', 'squared', 'similarity']), normalise: z.literal(true)}),
})

/** Distances from Euclidean ones: similarity as 1 - cos, which is half the square. */
const measures = {
  euclidean: {words: 'Euclidean distances', of: (distance: number) => distance},
  squared: {words: 'squared distances', of: (distance: number) => distance ** 2},
  similarity: {words: 'cosine similarities', of: (distance: number) => distance ** 2 / 2},
}

/** The rule of a run's objective; undefined for objectives whose activity plans do not tell. */
export function findActivityRule(objective: unknown): ActivityRule | undefined {
  const {data} = kinkedTriplet.safeParse(objective)
  if (data === undefined) return undefined
  const {words, of} = measures[data.distance.name]
  return {
    words: `margin ${data.margin} on ${words}`,
    isActive: (positive, negative) => of(positive) - of(negative) + data.margin > 0,
  }
}

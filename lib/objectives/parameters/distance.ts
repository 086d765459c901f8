import {z} from 'zod'

/** How two embeddings are compared. */
export const distanceParameters = z.strictObject({
  name: z
    .enum(['euclidean', 'squared', 'similarity'])
    .describe('euclidean: |x - y|; squared: |x - y|^2; similarity: x . y, the cosine of normalised embeddings'),
  normalise: z.boolean().default(true).describe('whether embeddings are divided by their length first'),
})

export type DistanceSpec = z.infer<typeof distanceParameters>

import {z} from 'zod'

export const distanceNames = ['euclidean', 'squared', 'similarity', 'lp', 'snr'] as const

/** How two embeddings are compared. */
export interface DistanceSpec {
  readonly name: (typeof distanceNames)[number]
  /** Whether embeddings are divided by their length first. */
  readonly normalise: boolean
  /** Exponent of lp. */
  readonly p?: number | undefined
  /** Of euclidean: added to every difference of two numbers. */
  readonly epsilon?: number | undefined
}

const meanings: Readonly<Record<DistanceSpec['name'], string>> = {
  euclidean: 'euclidean: |x - y|',
  squared: 'squared: |x - y|^2',
  similarity: 'similarity: x . y, the cosine of normalised embeddings',
  lp: 'lp: (sum over i of |x_i - y_i|^p)^(1/p)',
  snr: 'snr: variance of x - y over variance of x, the signal-to-noise ratio turned over',
}

/** Any distance. */
export const distanceParameters = distancesAmong(distanceNames)

/** Some distances: those that a loss is defined for. */
export function distancesAmong(names: readonly DistanceSpec['name'][]) {
  return z
    .strictObject({
      name: z.enum(names).describe(names.map((name) => meanings[name]).join('; ')),
      normalise: z.boolean().default(true).describe('whether embeddings are divided by their length first'),
      ...(names.includes('euclidean') && {
        epsilon: z
          .number()
          .min(0)
          .max(1e-3)
          .optional()
          .describe(
            'euclidean: |x - y + epsilon|, 1e-6 in pairwise_distance of PyTorch and in cnnimageretrieval; left out: 0',
          ),
      }),
      ...(names.includes('lp') && {p: z.number().min(1).max(100).optional().describe('exponent of lp')}),
    })
    .check(({value, issues}) => {
      const {name, p, epsilon} = value as DistanceSpec
      const complain = (field: string, message: string) =>
        issues.push({code: 'custom', message, path: [field], input: p ?? epsilon})
      if (name === 'lp' && p === undefined) complain('p', 'must be given for lp: its exponent')
      if (name !== 'lp' && p !== undefined) complain('p', `must be left out for ${name}: it is the exponent of lp`)
      if (name !== 'euclidean' && epsilon !== undefined) {
        complain('epsilon', `must be left out for ${name}: it belongs to euclidean`)
      }
    }) as unknown as z.ZodType<DistanceSpec>
}

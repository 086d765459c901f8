import {z} from 'zod'

export const parameters = z.strictObject({
  seed: z.int(),
  epochs: z.int().min(0),
  learning: z.strictObject({
    rate: z.number().positive(),
    steps: z.int().min(1),
    trouble: z.enum(['none', 'crash', 'contract']),
  }),
  metrics: z.array(z.string()).min(1),
})

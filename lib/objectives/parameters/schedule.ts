// What a user may say about learning-rate schedules. Loads no TensorFlow: configuration is checked before any stage runs.
import {z} from 'zod'

const horizon = z
  .number()
  .positive()
  .max(100_000)
  .describe('epochs until the floor is reached; not how far the run goes')

export const scheduleParameters = z.discriminatedUnion('name', [
  z.strictObject({name: z.literal('constant')}),
  z.strictObject({
    name: z.literal('cosine'),
    epochs: horizon,
    warmup_steps: z.int().min(0).default(0).describe('steps over which the rate rises in a line from warmup_from'),
    warmup_from: z.number().min(0).max(1).default(0.1).describe('share of the rate at the first step of the warm-up'),
    floor: z.number().min(0).max(1).default(0).describe('share of the rate that is left at the end, and after it'),
  }),
  z.strictObject({
    name: z.literal('step'),
    milestones: z.array(z.int().min(1)).min(1).describe('epochs after which the rate is multiplied by gamma'),
    gamma: z.number().positive().max(1).default(0.1),
  }),
])

export type ScheduleSpec = z.infer<typeof scheduleParameters>

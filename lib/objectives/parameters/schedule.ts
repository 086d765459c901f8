// What a user may say about learning-rate schedules. Loads no TensorFlow: configuration is checked before any stage runs.
import {z} from 'zod'

const epochs = z.number().positive().max(100_000)
const horizon = epochs.describe('epochs until the floor is reached; not how far the run goes')
const share = z.number().min(0).max(1)
const momentum = z.number().min(0).lt(1)
const floor = share.default(0).describe('share of the rate that is left at the end, and after it')

const warmup = {
  warmup_steps: z
    .int()
    .min(0)
    .max(10_000_000)
    .default(0)
    .describe('steps over which the rate rises in a line from warmup_from'),
  warmup_from: share.default(0.1).describe('share of the rate at the first step of the warm-up'),
}

/** One entry a schedule, named as its file in schedules/; the rate at its highest is always optimizer.lr. */
export const scheduleParameters = z
  .discriminatedUnion('name', [
    z.strictObject({name: z.literal('constant'), ...warmup}),
    z.strictObject({
      name: z.literal('step'),
      milestones: z
        .array(z.int().min(1))
        .min(1)
        .optional()
        .describe('epochs after which the rate is multiplied by gamma'),
      every: z.int().min(1).optional().describe('instead of milestones: so many epochs apart'),
      gamma: z.number().positive().max(1).default(0.1),
      ...warmup,
    }),
    z.strictObject({
      name: z.literal('exponential'),
      gamma: z.number().positive().max(1).describe('multiplies the rate after each epoch'),
      ...warmup,
    }),
    z.strictObject({name: z.literal('cosine'), epochs: horizon, floor, ...warmup}),
    z.strictObject({
      name: z.literal('cosine-restarts'),
      epochs: epochs.describe('of the first cosine'),
      multiply: z.int().min(1).max(100).default(1).describe('how much longer each cosine is than the one before'),
      floor: share.default(0).describe('share of the rate at the end of each cosine'),
      ...warmup,
    }),
    z.strictObject({
      name: z.literal('one-cycle'),
      epochs: epochs.describe('length of the cycle; its end stays in force after it'),
      pct_start: z.number().positive().lt(1).default(0.3).describe('share of the cycle in which the rate rises'),
      anneal: z.enum(['cos', 'linear']).default('cos'),
      div_factor: z.number().min(1).max(1e9).default(25).describe('the rate begins at optimizer.lr / div_factor'),
      final_div_factor: z.number().min(1).max(1e12).default(1e4).describe('and ends this much below its beginning'),
      three_phase: z.boolean().default(false).describe('down to the beginning first, and then to the end'),
      cycle_momentum: z.boolean().default(true).describe('momentum, or the first beta, falls while the rate rises'),
      base_momentum: momentum.default(0.85),
      max_momentum: momentum.default(0.95),
      ...warmup,
    }),
    z.strictObject({
      name: z.literal('cyclic'),
      up_epochs: epochs.describe('epochs in which the rate rises; 0.5 is half an epoch'),
      down_epochs: epochs.optional().describe('default: up_epochs'),
      mode: z
        .enum(['triangular', 'triangular2', 'exp_range'])
        .default('triangular')
        .describe('triangular2: half as high with each cycle; exp_range: by gamma lower with each step'),
      gamma: z.number().positive().max(1).default(1).describe('for exp_range'),
      floor: share.default(0.1).describe('share of the rate between two rises'),
      cycle_momentum: z.boolean().default(true).describe('momentum, or the first beta, falls while the rate rises'),
      base_momentum: momentum.default(0.8),
      max_momentum: momentum.default(0.9),
      ...warmup,
    }),
    z.strictObject({
      name: z.literal('plateau'),
      metric: z.string().min(1).describe('of validation, as metrics.json calls it: precision_at_1'),
      mode: z.enum(['max', 'min']).default('max').describe('what is better'),
      factor: z.number().positive().lt(1).default(0.1).describe('multiplies the rate when nothing improves any more'),
      patience: z.int().min(0).max(100_000).default(10).describe('epochs without improvement that are put up with'),
      threshold: z.number().min(0).max(1e6).default(1e-4).describe('by how much a better one has to be better'),
      threshold_mode: z.enum(['rel', 'abs']).default('rel').describe('rel: as a share of the best'),
      cooldown: z.int().min(0).max(100_000).default(0).describe('epochs after a reduction that count as no bad ones'),
      floor: share.default(0).describe('share of the rate below which it does not go'),
      ...warmup,
    }),
  ])
  .superRefine((schedule, context) => {
    const refuse = (path: string, message: string) => context.addIssue({code: 'custom', path: [path], message})
    if (schedule.name === 'step' && (schedule.milestones === undefined) === (schedule.every === undefined))
      refuse('milestones', 'must be given, or every, and not both')
    if ('base_momentum' in schedule && schedule.base_momentum > schedule.max_momentum)
      refuse('base_momentum', `must be at most max_momentum (${schedule.max_momentum})`)
    if (schedule.name === 'one-cycle' && schedule.three_phase && schedule.pct_start > 0.5)
      refuse('pct_start', 'must be at most 0.5 with three_phase: true, for the rate falls as long as it rose')
  })

export type ScheduleSpec = z.infer<typeof scheduleParameters>

/** The parameters of one schedule. */
export type ScheduleParameters<Name extends ScheduleSpec['name']> = Extract<ScheduleSpec, {name: Name}>

// What a user may say about optimisers. Loads no TensorFlow: configuration is checked before any stage runs.
import {z} from 'zod'

const rate = z.number().min(0).max(1e6)
const decay = z.number().min(0).max(1e6)
const momentum = z.number().min(0).lt(1)
const eps = z.number().positive().max(1).default(1e-8)
const l2 = decay.default(0).describe('L2 penalty: joins the gradient')

const group = {
  match: z.string().refine(isPattern, 'must be a regular expression'),
  lr: rate.optional().describe('instead of optimizer.lr; the schedule bends both alike'),
  lr_multiplier: rate.optional().describe('times optimizer.lr; 0: frozen'),
  weight_decay: decay.optional().describe('default: that of the optimiser, 0 for weights of a loss'),
}

/** Groups whose rules have further settings. */
function groups<Shape extends z.ZodRawShape>(further: Shape) {
  return z
    .array(
      z
        .strictObject({...group, ...further})
        .refine((rule) => !('lr' in rule && 'lr_multiplier' in rule), 'must have lr or lr_multiplier, not both'),
    )
    .default([])
    .describe("parameters whose name (torchvision's, or loss.…) matches a regular expression; the first match counts")
}

const common = {
  lr: z.number().positive().max(1000),
  clip_norm: z.number().positive().nullable().default(null).describe('largest global gradient norm; null: no clipping'),
  clip_value: z
    .number()
    .positive()
    .nullable()
    .default(null)
    .describe('largest entry of a gradient, up or down; null: no clipping'),
  accumulate: z.int().min(1).max(1_000_000).default(1).describe('batches whose gradients make one optimiser step'),
  accumulate_gradients: z.enum(['mean', 'sum']).default('mean').describe('how their gradients are put together'),
  ema: z
    .strictObject({decay: momentum.describe('share of the average that stays at each step')})
    .nullable()
    .default(null)
    .describe('a running average of the weights, which is what is measured, mined with and kept as the model'),
  chunk: z
    .int()
    .min(1)
    .nullable()
    .default(null)
    .describe(
      'images that go through the network at once, for batches too large for memory: the same gradient, one more forward pass; null: the whole batch. Not with live batch norm',
    ),
  skip_zero_loss: z
    .boolean()
    .default(true)
    .describe('frozen batch norm: images without loss are left out of the backward pass, for the same gradient sooner'),
}

const adam = {
  ...common,
  betas: z.tuple([momentum, momentum]).default([0.9, 0.999]),
  eps,
  amsgrad: z.boolean().default(false).describe('divide by the largest second moment so far (Reddi et al. 2018)'),
  groups: groups({}),
}

const groupsWithMomentum = groups({
  momentum: momentum.optional().describe('default: that of the optimiser, or of the schedule'),
})

/** One entry an optimiser, named as its file in lib/engine/optimizers/; names and defaults are PyTorch's. */
export const optimizerParameters = z
  .discriminatedUnion('name', [
    z.strictObject({
      name: z.literal('sgd'),
      ...common,
      momentum: momentum.default(0),
      dampening: z.number().min(0).max(1).default(0),
      weight_decay: l2,
      nesterov: z.boolean().default(false),
      groups: groupsWithMomentum,
    }),
    z.strictObject({name: z.literal('adam'), ...adam, weight_decay: l2}),
    z.strictObject({
      name: z.literal('adamw'),
      ...adam,
      weight_decay: decay.default(0.01).describe('decoupled, as in Loshchilov and Hutter 2019'),
    }),
    z.strictObject({
      name: z.literal('rmsprop'),
      ...common,
      alpha: momentum.default(0.99).describe('share of the mean square that stays at each step'),
      eps,
      weight_decay: l2,
      momentum: momentum.default(0),
      centered: z.boolean().default(false).describe('divide by the deviation, not by the mean square (Graves 2013)'),
      groups: groupsWithMomentum,
    }),
  ])
  .superRefine((optimizer, context) => {
    const refuse = (path: string, message: string) => context.addIssue({code: 'custom', path: [path], message})
    if (optimizer.clip_norm !== null && optimizer.clip_value !== null)
      refuse('clip_value', 'must be null beside clip_norm, or clip_norm null')
    if (optimizer.name !== 'sgd' || !optimizer.nesterov) return
    if (optimizer.momentum === 0) refuse('nesterov', 'must be false without momentum, or momentum more than 0')
    if (optimizer.dampening !== 0) refuse('dampening', 'must be 0 with nesterov: true')
  })

export type OptimizerSpec = z.infer<typeof optimizerParameters>

function isPattern(text: string): boolean {
  try {
    new RegExp(text)
    return true
  } catch {
    return false // a SyntaxError: that is the answer
  }
}

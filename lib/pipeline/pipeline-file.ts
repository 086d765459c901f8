import {z} from 'zod'

const name = z.string().regex(/^[a-zA-Z][a-zA-Z0-9_-]*$/, {error: 'must be letters, digits, - and _'})

/** `train-epoch.model`: a stage and one of its outputs (or numbers). */
const reference = z
  .string()
  .regex(/^[a-zA-Z][a-zA-Z0-9_-]*\.[a-zA-Z][a-zA-Z0-9_-]*$/, {error: 'must look like stage.output'})
  .transform((text) => {
    const [stage = '', output = ''] = text.split('.')
    return {stage, output}
  })

/** `evaluate.precision_at_1`: a stage with an output of kind metrics, and a number in it. */
const metricReference = reference.transform(({stage, output}) => ({stage, metric: output}))

const keepRule = z
  .strictObject({
    last: z.int().min(1).optional().describe('epochs whose file stays, counted from the newest'),
    best: metricReference
      .optional()
      .describe('stage and metric, evaluate.precision_at_1: the epoch with the largest stays'),
  })
  .refine(({last, best}) => last !== undefined || best !== undefined, {error: 'must name last, best or both'})

const resumeRule = z
  .strictObject({
    every_steps: z.int().min(1).optional().describe('steps between mid-stage snapshots'),
    every_seconds: z.number().min(0).max(86_400).optional().describe('seconds between mid-stage snapshots'),
  })
  .refine(({every_steps, every_seconds}) => (every_steps === undefined) !== (every_seconds === undefined), {
    error: 'must name every_steps or every_seconds, not both',
  })

const stageEntry = z.strictObject({
  run: name.optional().describe('stage to run, when it is not called like this entry'),
  in: z.record(name, reference).default({}),
  out: z.record(name, name),
  params: z.array(z.string()).default([]).describe('dotted paths of the parameters that the stage reads'),
  with: z.record(name, z.unknown()).default({}),
  resume: resumeRule.optional(),
  keep: z.record(name, keepRule).default({}),
})

const entries = z.record(name, stageEntry)

/** The form of pipeline.yaml; what the names in it refer to is checked in wiring.ts. */
export const pipelineSchema = z.strictObject({
  version: z.literal(1),
  params: z.unknown(),
  stages: entries,
  loop: z.strictObject({
    name,
    from: z.literal(1),
    to: z.union([z.int().min(0), z.string()]),
    carry: z.record(name, z.strictObject({first: reference.optional(), next: reference})).default({}),
    advance: entries,
    measure: entries,
  }),
})

/** pipeline.yaml as it is written, once its form is right. */
export type Pipeline = z.output<typeof pipelineSchema>
export type StageEntry = z.output<typeof stageEntry>
/** Which epochs' outputs keep their bytes; larger metrics are better. */
export type KeepRule = z.output<typeof keepRule>
export type OutputReference = z.output<typeof reference>

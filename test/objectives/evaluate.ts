import {free, read} from '../../lib/engine/op.ts'
import type {StateDict} from '../../lib/engine/state-dict.ts'
import {tf} from '../../lib/engine/tensorflow.ts'
import {type Evaluation, openObjective} from '../../lib/objectives/objective.ts'
import {type ObjectiveSpec, objectiveParameters} from '../../lib/objectives/parameters/objective.ts'
import type {PlannedBatch} from '../../lib/objectives/tuples.ts'
import {openRandom} from '../../lib/random.ts'

export interface Batch {
  readonly embeddings: readonly (readonly number[])[]
  readonly labels: readonly number[]
  /** Training classes, where the batch does not show all of them. */
  readonly classes?: number
  /** What the plan adds to plain batches. */
  readonly plan?: Partial<PlannedBatch>
  /** Embeddings of the same rows by a teacher. */
  readonly teacher?: readonly (readonly number[])[]
}

/** An evaluation with everything taken off TensorFlow. */
export interface HostEvaluation extends Omit<Evaluation, 'gradient'> {
  /** [rows][dim] */
  readonly gradient: number[][]
  /** By the name of the weight, flat; undefined where no gradient reached it. */
  readonly weightGradients: ReadonlyMap<string, Float32Array | undefined>
}

/** Evaluates one batch (as often as `calls` says: the last counts) with a newly opened objective; `tensors` are the weights of the loss in a checkpoint. */
export async function evaluate(spec: unknown, batch: Batch, tensors?: StateDict, calls = 1): Promise<HostEvaluation> {
  const {embeddings, labels, classes = 1 + Math.max(...labels), plan, teacher} = batch
  const parsed: ObjectiveSpec = objectiveParameters.parse(spec)
  const objective = await openObjective(parsed, {dim: embeddings[0]!.length, classes, seed: 0, tensors})
  const input = tf.tensor2d(embeddings.map((row) => [...row]))
  const guide = teacher && tf.tensor2d(teacher.map((row) => [...row]))
  try {
    const planned = {
      labels: Int32Array.from(labels),
      group: Int32Array.from(labels),
      role: labels.map(() => 'member'),
      stepSeed: 0,
      ...plan,
    }
    for (let call = 1; call < calls; call++) objective.evaluate(input, planned, guide).gradient.dispose()
    const {gradient, ...figures} = objective.evaluate(input, planned, guide)
    const weightGradients = new Map(
      objective.weights.map((weight) => {
        const raw = weight.takeGradient()
        const values = raw && (read(raw) as Float32Array).slice()
        if (raw !== undefined) free(raw)
        return [weight.name, values]
      }),
    )
    const rows = gradient.arraySync()
    gradient.dispose()
    return {...figures, gradient: rows, weightGradients}
  } finally {
    input.dispose()
    guide?.dispose()
    for (const weight of objective.weights) weight.dispose()
  }
}

export function randomBatch(rows: number, dim: number, classes: number, seed: number): Batch {
  const random = openRandom('losses', seed)
  return {
    embeddings: Array.from({length: rows}, () => Array.from({length: dim}, () => Math.fround(random.normal()))),
    labels: Array.from({length: rows}, () => random.below(classes)),
  }
}

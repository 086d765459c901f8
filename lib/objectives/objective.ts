import {borrow, free, type Raw, read, toTfjs} from '../engine/op.ts'
import {magnitudes} from '../engine/ops/elementwise.ts'
import {rowMaxima} from '../engine/ops/rows.ts'
import type {Parameter} from '../engine/parameter.ts'
import type {StateDict} from '../engine/state-dict.ts'
import type {tf} from '../engine/tensorflow.ts'
import {randomFrom} from '../random.ts'
import {UserError} from '../user-error.ts'
import type {LossOpener, LossPass} from './loss.ts'
import {type LossHistory, lossContext} from './loss-context.ts'
import {meanDistance} from './mean-distance.ts'
import type {Miner} from './miners/miner.ts'
import type {MinerSpec, ObjectiveSpec} from './parameters/objective.ts'
import {reduce} from './reduce.ts'
import {allTuples, type PlannedBatch, plannedTuples, type Tuples} from './tuples.ts'
import {openVectors, type Vectors} from './vectors.ts'

/** What a batch teaches. */
export interface Evaluation {
  readonly loss: number
  /** Share of the terms (pairs, triplets, anchors or images, as the loss has them) above zero. */
  readonly activeFraction: number
  /** Mean Euclidean distance at unit length over the positive and over the negative pairs compared; NaN where there are none. */
  readonly positiveDistance: number
  readonly negativeDistance: number
  /** Gradient of the loss by the raw embeddings, [rows, dim]: the caller disposes it. */
  readonly gradient: tf.Tensor2D
  /** Rows whose gradient is not zero, ascending: only they need a backward pass. */
  readonly activeRows: Int32Array
}

export interface Objective {
  /** What the loss trains beside the network, named `loss.…`; a trainer moves them. */
  readonly weights: readonly Parameter[]
  /** Loss and gradient of raw embeddings [rows, dim], which stay the caller's; adds to the gradients of the weights. */
  evaluate(embeddings: tf.Tensor2D, batch: PlannedBatch): Evaluation
  /** What the loss remembers beside its weights, for the training half of the checkpoint. */
  state(): StateDict
  dispose(): void
}

/** Opens what a specification names. Those modules alone are loaded, so that another loss or miner never changes these keys. */
export async function openObjective(spec: ObjectiveSpec, history: LossHistory): Promise<Objective> {
  const {open} = await load<{open: LossOpener<ObjectiveSpec>}>(`losses/${spec.loss}.ts`)
  const miner = spec.miner ? (await load<{mine: Miner<MinerSpec>}>(`miners/${spec.miner.name}.ts`)).mine : undefined
  const loss = open(spec, lossContext(history))
  return {
    weights: loss.weights,
    evaluate(embeddings, batch) {
      const vectors = openVectors(borrow(embeddings))
      try {
        const tuples =
          miner === undefined ? plainTuples(batch, loss.compares) : mined(miner, spec.miner!, batch, vectors)
        const pass = loss.start({vectors, labels: batch.labels, tuples})
        const {value, activeFraction} = settle(pass, spec, batch.labels)
        if (!Number.isFinite(value)) throw diverged(value)
        const gradient = pass.gradient()
        return {
          loss: value,
          activeFraction,
          positiveDistance: meanDistance(vectors, tuples.positives),
          negativeDistance: meanDistance(vectors, tuples.negatives),
          gradient: toTfjs<tf.Tensor2D>(gradient),
          activeRows: rowsAboveZero(gradient),
        }
      } finally {
        vectors.dispose()
      }
    },
    state: () => loss.state(),
    dispose: () => {
      loss.dispose()
    },
  }
}

function load<Module>(file: string): Promise<Module> {
  return import(new URL(file, import.meta.url).href) as Promise<Module>
}

function plainTuples(batch: PlannedBatch, compares: 'plan' | 'batch'): Tuples {
  return (compares === 'plan' ? plannedTuples(batch) : undefined) ?? allTuples(batch.labels)
}

function mined(mine: Miner<MinerSpec>, spec: MinerSpec, {labels, stepSeed}: PlannedBatch, vectors: Vectors): Tuples {
  const batch = {vectors, labels, columnLabels: labels, all: allTuples(labels), random: randomFrom(stepSeed)}
  return mine(batch, spec)
}

/** Reduces every group of terms, adds them up, and sends the weights of the terms back. */
function settle({terms}: LossPass, {reducer}: ObjectiveSpec, labels: Int32Array) {
  let [value, active, count] = [0, 0, 0]
  for (const group of terms) {
    const reduction = reduce(group, {spec: reducer, labels})
    value += reduction.value
    active += reduction.active
    count += reduction.count
    group.backward(reduction.weight)
  }
  return {value, activeFraction: count === 0 ? 0 : active / count}
}

function rowsAboveZero(gradient: Raw): Int32Array {
  const sizes = magnitudes(gradient)
  const largest = rowMaxima(sizes)
  const values = read(largest) as Float32Array
  free(sizes, largest)
  if (values.some(Number.isNaN)) throw diverged(Number.NaN)
  return Int32Array.from(Array.from(values.keys()).filter((row) => values[row]! > 0))
}

function diverged(loss: number): UserError {
  return new UserError(
    `The loss of a batch or its gradient is ${loss}: its embeddings hold NaN or infinite numbers, so training has diverged. Lower optimizer.lr, lengthen schedule.warmup_steps or set optimizer.clip_norm.`,
  )
}

import type {Raw} from '../engine/op.ts'
import {times} from '../engine/ops/elementwise.ts'
import type {Parameter} from '../engine/parameter.ts'
import type {StateDict} from '../engine/state-dict.ts'
import {isOwnModule, loadOwnModule, type OwnModule, ownModuleError} from '../own-module.ts'
import {randomFrom} from '../random.ts'
import {allTuples} from './all-tuples.ts'
import type {LossOpener, LossPass, OpenLoss} from './loss.ts'
import {type LossHistory, lossContext} from './loss-context.ts'
import {type MeanDistances, meanDistances} from './mean-distance.ts'
import {openMemory} from './memory.ts'
import type {Miner} from './miners/miner.ts'
import type {LossSpec, MinerSpec, RegularizerSpec} from './parameters/objective.ts'
import type {Part} from './parts.ts'
import {reduce} from './reduce.ts'
import type {Regularizer} from './regularizers/regularizer.ts'
import type {Terms} from './terms.ts'
import {type PlannedBatch, plannedTuples} from './tuples.ts'
import {addGradients, type Vectors} from './vectors.ts'

/** What a batch teaches by one loss, its weight in the objective counted in. */
export interface PartEvaluation {
  readonly value: number
  /** Terms above zero, and all of them. */
  readonly active: number
  readonly count: number
  /** Of what was compared; to be asked for while the vectors are open. */
  meanDistances(): MeanDistances
  /** By the raw embeddings [rows, dim]; the caller's. */
  readonly gradient: Raw
}

/** One of the losses of an objective, with its miner and regularisers. */
export interface OpenPart {
  readonly weights: readonly Parameter[]
  /** Adds to the gradients of the weights. `teacher`: other embeddings of the rows, [rows, any dim]. */
  evaluate(vectors: Vectors, batch: PlannedBatch, teacher?: Raw): PartEvaluation
  state(): StateDict
}

/** Opens what a specification names. Those modules alone are loaded, so that another loss or miner never changes these keys. */
export async function openPart({objective: spec, weight, prefix}: Part, history: LossHistory): Promise<OpenPart> {
  const open = await loadLoss(spec.loss)
  const miner = spec.miner ? (await load<{mine: Miner<MinerSpec>}>(`miners/${spec.miner.name}.ts`)).mine : undefined
  const penalties = await Promise.all(spec.regularizers.map((regularizer) => openPenalty(regularizer, history)))
  const context = lossContext(history, prefix)
  const loss = open(spec, context)
  const memory = spec.memory ? openMemory(spec.memory, context) : undefined
  return {
    weights: loss.weights,
    evaluate(whole, batch, teacher) {
      const {group, stepSeed} = batch
      const labels = spec.positives === 'image' ? group : batch.labels
      const plain = {vectors: whole, tuples: undefined, dispose: () => {}}
      const {vectors, ...compared} = memory?.compare(whole.tensor('raw'), labels) ?? plain
      try {
        const all = compared.tuples ?? allTuples(labels)
        const followsPlan = compared.tuples === undefined && labels === batch.labels && loss.compares === 'plan'
        const tuples = miner
          ? miner({vectors, labels, all, random: randomFrom(stepSeed)}, spec.miner!)
          : ((followsPlan ? plannedTuples(batch) : undefined) ?? all)
        const pass = loss.start({vectors, labels, group, stepSeed, tuples, ...(teacher && {teacher})})
        const figures = settle(pass, {spec, weight, labels: batch.labels})
        let {value} = figures
        let gradient = pass.gradient()
        for (const penalty of penalties) {
          const added = penalty(whole.tensor('raw'), loss.weights, weight)
          value += added.value
          if (added.gradient !== undefined) gradient = addGradients(gradient, added.gradient)
        }
        const distances = () => meanDistances(vectors, tuples)
        // What a memory is compared by is closed below.
        const known = memory && distances()
        return {...figures, value, gradient, meanDistances: () => known ?? distances()}
      } finally {
        compared.dispose()
      }
    },
    state: () =>
      new Map(
        [...(loss.state?.() ?? []), ...(memory?.state() ?? [])].map(([name, tensor]) => [`${prefix}${name}`, tensor]),
      ),
  }
}

async function loadLoss(loss: string): Promise<LossOpener<LossSpec>> {
  if (isOwnModule(loss)) return loadOwnLoss(loss)
  return (await load<{open: LossOpener<LossSpec>}>(`losses/${loss}.ts`)).open
}

const purpose = {parameter: 'objective.loss', heading: 'a-loss', exports: ['open']}

async function loadOwnLoss(path: OwnModule): Promise<LossOpener<LossSpec>> {
  const {open} = await loadOwnModule<{open: LossOpener<LossSpec>}>(path, purpose)
  return (spec, context) => {
    const loss = open(spec, context)
    const {compares, weights, start, state = () => new Map()}: Partial<OpenLoss> = loss ?? {}
    const isLoss = Array.isArray(weights) && typeof start === 'function' && typeof state === 'function'
    if (isLoss && (compares === 'plan' || compares === 'batch'))
      return {...loss, start: (batch) => checkPass(start.call(loss, batch), path)}
    throw ownModuleError(path, purpose, 'whose open must return {compares, weights, start}')
  }
}

function checkPass(pass: LossPass, path: OwnModule): LossPass {
  const {terms, gradient}: Partial<LossPass> = pass ?? {}
  if (!Array.isArray(terms) || terms.length === 0 || typeof gradient !== 'function')
    throw ownModuleError(path, purpose, 'whose terms must be a list of Terms, as tripletTerms makes them')
  const isTerms = ({counts, each, backward}: Partial<Terms>) =>
    counts instanceof Int32Array && typeof each === 'function' && typeof backward === 'function'
  if (terms.every((one) => typeof one === 'object' && one !== null && isTerms(one))) return pass
  throw ownModuleError(path, purpose, 'whose terms must each be {counts, each, backward}, as tripletTerms makes them')
}

function load<Module>(file: string): Promise<Module> {
  return import(new URL(file, import.meta.url).href) as Promise<Module>
}

/** Reduces every group of terms, adds them up, and sends the weights of the terms back. */
function settle({terms}: LossPass, {spec, weight, labels}: {spec: LossSpec; weight: number; labels: Int32Array}) {
  let [value, active, count] = [0, 0, 0]
  for (const group of terms) {
    const reduction = reduce(group, {spec: spec.reducer, labels})
    value += weight * reduction.value
    active += reduction.active
    count += reduction.count
    group.backward(weight === 1 ? reduction.weight : (term, anchor) => weight * reduction.weight(term, anchor))
  }
  return {value, active, count}
}

/** A penalty on the embeddings, or on every weight that is a matrix (class weights, proxies, centres), whose gradient it adds to. */
async function openPenalty(spec: RegularizerSpec, {classes}: LossHistory) {
  const {of, penalise} = await load<{of: 'embeddings' | 'class-weights'; penalise: Regularizer<RegularizerSpec>}>(
    `regularizers/${spec.name}.ts`,
  )
  return (embeddings: Raw, weights: readonly Parameter[], share: number): {value: number; gradient?: Raw} => {
    const factor = share * spec.weight
    if (of === 'embeddings') {
      const {value, gradient} = penalise({rows: embeddings, classes}, spec)
      return {value: factor * value, gradient: times(gradient, factor, 'consume')}
    }
    let total = 0
    for (const weight of weights.filter(({shape}) => shape.length === 2)) {
      const {value, gradient} = penalise({rows: weight.raw, classes}, spec)
      total += factor * value
      weight.addGradient(times(gradient, factor, 'consume'))
    }
    return {value: total}
  }
}

import {openRandom, type SeedPath} from '../random.ts'
import {epochSeed} from './epoch-seed.ts'
import type {MiningSpec} from './parameters/mining.ts'
import type {ScheduleSpec} from './parameters/schedule.ts'
import {loadSampler} from './samplers/load.ts'
import type {NeighbourRows, Role, Slot, TrainingImages} from './samplers/sampler.ts'
import {openSchedule, type PlannedRate} from './schedules.ts'

export interface PlanRequest {
  readonly mining: MiningSpec
  readonly schedule: ScheduleSpec
  /** optimizer.lr, which the schedule bends. */
  readonly learningRate: number
  /** Share of it that a plateau schedule has left. @default 1 */
  readonly reduction?: number
  readonly images: TrainingImages
  /** Needed when the sampler uses descriptors in this epoch (`usesDescriptors`). */
  readonly neighbours?: NeighbourRows
  readonly seed: number
  /** From 1. */
  readonly epoch: number
}

/** The table of batches: one row a slot, sorted by step, then slot. */
export interface Plan {
  readonly step: Int32Array
  readonly slot: Int32Array
  readonly group: Int32Array
  readonly role: Role[]
  readonly image: Int32Array
  readonly seed: Uint32Array
  readonly lr: Float64Array
  readonly momentum: Float64Array
  readonly stepSeed: Uint32Array
}

/** Plans all training of an epoch. Only the modules of its sampler and schedule are loaded, so that others never change its keys. */
export async function planEpoch(request: PlanRequest): Promise<Plan> {
  const {mining, images, neighbours, epoch} = request
  const {sample} = await loadSampler(mining)
  const seed = epochSeed(request.seed, epoch)
  const steps = sample(mining, {images, epoch, seed, ...(neighbours && {neighbours})})
  const rateAt = await openSchedule(request.schedule, request.learningRate, request.reduction)
  const rates = steps.map((_, step) => rateAt({epoch, step, stepsPerEpoch: steps.length}))
  return tabulate(steps, rates, seed)
}

/** Adds what sampling does not decide: learning rates and the seeds of augmentation and of draws inside a step. */
function tabulate(steps: Slot[][], rates: PlannedRate[], seed: SeedPath): Plan {
  const slots = steps.flat()
  const stepOf = Int32Array.from(steps.flatMap((step, number) => step.map(() => number)))
  const seedsOf = (name: string, count: number) => {
    const random = openRandom(...seed, name)
    return Uint32Array.from({length: count}, () => random.below(2 ** 32))
  }
  const stepSeeds = seedsOf('steps', steps.length)
  return {
    step: stepOf,
    slot: Int32Array.from(steps.flatMap((step) => [...step.keys()])),
    group: Int32Array.from(slots, ({group}) => group),
    role: slots.map(({role}) => role),
    image: Int32Array.from(slots, ({image}) => image),
    seed: shareViews(steps, seedsOf('augmentation', slots.length)),
    lr: Float64Array.from(stepOf, (step) => rates[step]!.lr),
    momentum: Float64Array.from(stepOf, (step) => rates[step]!.momentum ?? Number.NaN),
    stepSeed: Uint32Array.from(stepOf, (step) => stepSeeds[step]!),
  }
}

/** Gives slots that show the same picture the seed of the first of them. */
function shareViews(steps: readonly (readonly Slot[])[], seeds: Uint32Array): Uint32Array {
  let row = 0
  for (const step of steps) {
    const seedOf = new Map<number, number>()
    for (const {view} of step) {
      if (view !== undefined) {
        seeds[row] = seedOf.get(view) ?? seeds[row]!
        seedOf.set(view, seeds[row]!)
      }
      row++
    }
  }
  return seeds
}

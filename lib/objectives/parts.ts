import type {LossSpec, ObjectiveSpec} from './parameters/objective.ts'

/** One of the losses that make up an objective. */
export interface Part {
  readonly weight: number
  readonly objective: LossSpec
  /** What the names of its weights and memory begin with. */
  readonly prefix: string
}

/** The losses of an objective: itself, or those of `multiple`, whose weights are told apart by their number. */
export function partsOf(spec: ObjectiveSpec): Part[] {
  if (!('losses' in spec)) return [{weight: 1, objective: spec, prefix: 'loss.'}]
  return spec.losses.map((part, number) => ({...part, prefix: `loss.${number}.`}))
}

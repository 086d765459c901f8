import type {z} from 'zod'
import type {DistanceSpec} from './parameters/distance.ts'
import type {Objection} from './parameters/objection.ts'
import type {ReducerSpec} from './parameters/reducer.ts'

/** What a person is told about a loss, and what they may set. Loads no TensorFlow: configuration is checked before any stage runs. */
export interface LossCard {
  /** As in `objective.loss`; also the name of its file. */
  readonly name: string
  /** As papers call it. */
  readonly title: string
  /** In plain text, with the names of the parameters. */
  readonly formula: string
  /** Papers, and whose definition it is where there are several; which published numbers were made with it. */
  readonly source: string
  /**
   * pairs: embeddings of the batch, so that a miner may choose among them; batch: the whole batch by its classes, so that a miner may not;
   * classes: embeddings with class weights; views: two views of each image.
   */
  readonly compares: 'pairs' | 'batch' | 'classes' | 'views'
  /** Its own distance, and the names of the others that it is defined for (any `normalise`). Absent: it is part of the formula. */
  readonly distance?: {readonly default: DistanceSpec; readonly names: readonly DistanceSpec['name'][]}
  /** How its terms are put together unless told otherwise. */
  readonly reducer: ReducerSpec
  /** Whether it trains weights of its own. */
  readonly weights?: boolean
  /** Whether it needs a teacher's embeddings beside the network's. */
  readonly teacher?: boolean
  /** Its parameter that says how many weights a class has; absent: one. */
  readonly centres?: string
  readonly parameters: Readonly<Record<string, z.ZodType>>
  /** What speaks against settings (its parameters, distance, miner, memory …) that are legal one by one. */
  readonly objections?: (settings: never) => readonly Objection[]
}

/** What is passed to a loss: its parameters, with the distance where it has one. */
export type ParametersOf<Card extends LossCard> = z.infer<z.ZodObject<Card['parameters']>> &
  (Card extends {distance: object} ? {readonly distance: DistanceSpec} : unknown)

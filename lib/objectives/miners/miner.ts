import type {z} from 'zod'
import type {Random} from '../../random.ts'
import type {Objection} from '../parameters/objection.ts'
import type {Tuples} from '../tuples.ts'
import type {Vectors} from '../vectors.ts'

/** A batch as a miner sees it. */
export interface MiningBatch {
  readonly vectors: Vectors
  /** Class numbers of the rows. */
  readonly labels: Int32Array
  /** All tuples of the batch: a miner keeps some. */
  readonly all: Tuples
  /** From the seed of the step in the plan. */
  readonly random: Random
}

/** A file of `miners/` exports one as `mine`. */
export type Miner<Parameters> = (batch: MiningBatch, parameters: Parameters) => Tuples

/** What a person is told about a miner, and what they may set. */
export interface MinerCard<Parameters = never> {
  /** As in `objective.miner.name`; also the name of its file. */
  readonly name: string
  readonly title: string
  /** Which tuples it keeps, in plain text, with the names of the parameters. */
  readonly rule: string
  readonly source: string
  /** pairs: losses on triplets then take every kept positive with every kept negative of its anchor. */
  readonly gives: 'pairs' | 'triplets'
  readonly parameters: Readonly<Record<string, z.ZodType>>
  /** Parameters that do not go together. */
  readonly objections?: (parameters: Parameters) => Objection[]
}

export type MinerParametersOf<Card extends MinerCard> = z.infer<z.ZodObject<Card['parameters']>>

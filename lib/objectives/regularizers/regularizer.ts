import type {z} from 'zod'
import type {Raw} from '../../engine/op.ts'

/** What a regulariser looks at. */
export interface RegularizedRows {
  /** The raw embeddings [rows, dim], or a weight of the loss [classes or classes * centres, dim], rows of a class side by side; the caller's. */
  readonly rows: Raw
  /** Training classes. */
  readonly classes: number
}

export interface Penalty {
  readonly value: number
  /** Derivative of the value by the rows, in their shape; the caller's from now on. */
  readonly gradient: Raw
}

/** A file of `regularizers/` exports one as `penalise`, and as `of` what its card says. Its weight is seen to elsewhere. */
export type Regularizer<Parameters> = (subject: RegularizedRows, parameters: Parameters) => Penalty

/** What a person is told about a regulariser, and what they may set. */
export interface RegularizerCard {
  /** As in `objective.regularizers[].name`; also the name of its file. */
  readonly name: string
  readonly title: string
  /** In plain text, with the names of the parameters. */
  readonly formula: string
  readonly source: string
  /** class-weights: only losses that compare with class weights, proxies or centres have it. */
  readonly of: 'embeddings' | 'class-weights'
  readonly parameters: Readonly<Record<string, z.ZodType>>
}

export type RegularizerParametersOf<Card extends RegularizerCard> = z.infer<z.ZodObject<Card['parameters']>>

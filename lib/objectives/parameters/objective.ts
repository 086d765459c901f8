// What a user may say about losses. Loads no TensorFlow: configuration is checked before any stage runs.
import {z} from 'zod'
import type {LossCard} from '../card.ts'
import {lossCards} from '../losses/cards.ts'
import {minerCards} from '../miners/cards.ts'
import {type DistanceSpec, distanceParameters} from './distance.ts'
import {type ReducerSpec, reducerParameters} from './reducer.ts'

/** A miner with its parameters. */
export interface MinerSpec {
  readonly name: string
}

/** A loss with its parameters. */
export interface ObjectiveSpec {
  readonly loss: string
  readonly distance?: DistanceSpec
  readonly reducer: ReducerSpec
  readonly miner?: MinerSpec | null
}

/** One entry a miner, named as its file in miners/. */
const minerParameters = union(
  'name',
  minerCards.map(({name, parameters}) => z.strictObject({name: z.literal(name), ...parameters})),
)

/** One entry a loss, named as its file in losses/. */
export const objectiveParameters = union('loss', lossCards.map(lossSchema)) as unknown as z.ZodType<ObjectiveSpec>

function lossSchema({name, distance, reducer, compares, parameters}: LossCard) {
  return z.strictObject({
    loss: z.literal(name),
    ...parameters,
    ...(distance && {
      distance: distanceParameters
        .extend({name: z.enum(distance.names)})
        .default(distance.default)
        .describe('how embeddings are compared'),
    }),
    reducer: reducerParameters.default(reducer).describe('how the terms become one number'),
    ...(['tuples', 'batch'].includes(compares) && {
      miner: minerParameters.nullable().default(null).describe('keeps some of the tuples of each batch; null: all'),
    }),
  })
}

function union<Key extends string>(key: Key, members: readonly z.ZodObject[]) {
  return z.discriminatedUnion(key, members as unknown as [z.core.$ZodTypeDiscriminable])
}

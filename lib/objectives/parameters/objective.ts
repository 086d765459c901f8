// What a user may say about losses. Loads no TensorFlow: configuration is checked before any stage runs.
import {z} from 'zod'
import {ownModule, ownParameters} from '../../own-parameters.ts'
import type {LossCard} from '../card.ts'
import {lossCards} from '../losses/cards.ts'
import {minerCards} from '../miners/cards.ts'
import {multiple} from '../multiple.card.ts'
import {regularizerCards} from '../regularizers/cards.ts'
import {type DistanceSpec, distanceNames, distancesAmong} from './distance.ts'
import {type Objection, objectTo} from './objection.ts'
import {type ReducerSpec, reducerParameters} from './reducer.ts'

/** A miner with its parameters. */
export interface MinerSpec {
  readonly name: string
}

/** A regulariser with its parameters. */
export interface RegularizerSpec {
  readonly name: string
  /** Its share of the loss. */
  readonly weight: number
}

/** What of earlier batches is compared with. */
export interface MemorySpec {
  /** Embeddings. */
  readonly size: number
  /** Batches since the start of training before it is used. */
  readonly start_step: number
}

/** A loss with its parameters. */
export interface LossSpec {
  /** The name of its file in losses/, or the path of a user's. */
  readonly loss: string
  readonly distance?: DistanceSpec
  readonly reducer: ReducerSpec
  readonly miner?: MinerSpec | null
  readonly memory?: MemorySpec | null
  /** Which rows belong together: those of a class, or the views of an image. */
  readonly positives?: 'class' | 'image'
  readonly regularizers: readonly RegularizerSpec[]
  /** Parameters of a user's loss. */
  readonly own?: Readonly<Record<string, unknown>> | undefined
}

/** Several losses, added up with weights. */
export interface MultipleSpec {
  readonly loss: 'multiple'
  readonly losses: readonly {readonly weight: number; readonly objective: LossSpec}[]
}

export type ObjectiveSpec = LossSpec | MultipleSpec

/** One entry a miner, named as its file in miners/. */
const minerParameters = union(
  'name',
  minerCards.map(({name, parameters, objections = () => []}) =>
    objectTo(z.strictObject({name: z.literal(name), ...parameters}), objections),
  ),
)

/** One entry a regulariser, named as its file in regularizers/: those of embeddings alone, and with those of class weights. */
const regularizersOf = {
  embeddings: regularizerParameters(['embeddings']),
  all: regularizerParameters(['embeddings', 'class-weights']),
}

const memoryParameters = z.strictObject({
  size: z.int().min(1).max(1_000_000).default(1024).describe('embeddings of the last batches, at least one batch'),
  start_step: z.int().min(0).max(10_000_000).default(0).describe('batches of training before it is used'),
})

const losses = lossCards.map(lossSchema)

/** A loss in a file of the user's may have all that losses of pairs have. */
const ownLoss = lossSchema({
  name: 'own',
  compares: 'pairs',
  distance: {names: distanceNames, default: {name: 'euclidean', normalise: true}},
  reducer: {name: 'mean'},
  parameters: {loss: ownModule, own: ownParameters},
})

/** What is not among the names is complained of by them. */
const oneLoss = z.union([union('loss', losses), ownLoss])

const several = z.strictObject({
  loss: z.literal(multiple.name),
  losses: z
    .array(z.strictObject({weight: z.number().min(0).default(1), objective: oneLoss}))
    .min(1)
    .max(16)
    .describe('the losses with their weights'),
})

/** One entry a loss, named as its file in losses/, several losses at once, and a user's. */
export const objectiveParameters = z.union([
  union('loss', [...losses, several]),
  ownLoss,
]) as unknown as z.ZodType<ObjectiveSpec>

function lossSchema(card: Omit<LossCard, 'title' | 'formula' | 'source'>) {
  const {name, distance, reducer, compares, parameters} = card
  const schema = z.strictObject({
    loss: z.literal(name),
    ...parameters,
    ...(distance && {
      distance: distancesAmong(distance.names).default(distance.default).describe('how embeddings are compared'),
    }),
    reducer: reducerParameters.default(reducer).describe('how the terms become one number'),
    ...(compares === 'pairs'
      ? {
          miner: minerParameters.nullable().default(null).describe('keeps some of the tuples of each batch; null: all'),
          memory: memoryParameters.nullable().default(null).describe('compares with earlier batches too; null: no'),
        }
      : {miner: leftOut(card, 'to mine'), memory: leftOut(card, 'to remember')}),
    ...((compares === 'pairs' || compares === 'batch') && {
      positives: z
        .enum(['class', 'image'])
        .default('class')
        .describe('image: only views of the same image are positives (self-supervised), with mining.sampler views'),
    }),
    regularizers: z
      .array(compares === 'classes' ? regularizersOf.all : regularizersOf.embeddings)
      .default([])
      .describe('penalties that are added to the loss'),
  })
  return objectTo(schema, (spec: LossSpec) => [
    ...objectToMemory(spec),
    ...objectToClassPenalties(card, spec),
    ...(card.objections?.(spec as never) ?? []),
  ])
}

/** A setting that a loss cannot have, for a reason that is better said than that it is not known. */
function leftOut({name, compares}: Pick<LossCard, 'name' | 'compares'>, purpose: string) {
  const what = {
    pairs: 'pairs',
    batch: 'the whole batch by its classes',
    classes: 'with class weights',
    views: 'views of the same image',
  }[compares]
  const text = `must be left out: ${name} compares ${what}, so there is nothing ${purpose}`
  return z
    .unknown()
    .refine((value) => value === null, text)
    .optional()
}

function objectToMemory({memory, positives}: LossSpec): Objection[] {
  return memory && positives === 'image'
    ? [{path: ['memory'], text: 'must be null beside positives image: a view is not known again in another batch'}]
    : []
}

/** Penalties and weights by class that only some of the losses with class weights have a place for. */
function objectToClassPenalties({name, centres}: Pick<LossCard, 'name' | 'centres'>, spec: LossSpec): Objection[] {
  const isAlone = centres === undefined || (spec as unknown as Record<string, unknown>)[centres] === 1
  const several = lossCards.flatMap((card) => (card.centres === undefined ? [] : [`${card.name} (${card.centres})`]))
  const scattered = spec.regularizers.flatMap((regularizer, i) =>
    regularizer.name === 'sparse-centers' && isAlone
      ? [
          {
            path: ['regularizers', i, 'name'],
            text: `must be another: sparse-centers draws several weights of a class together, and here ${name} has one; several have ${several.join(', ')}`,
          },
        ]
      : [],
  )
  return name === 'proxy-anchor' && spec.reducer.name === 'class-weighted'
    ? [
        ...scattered,
        {
          path: ['reducer', 'name'],
          text: 'must be another: the terms of proxy-anchor belong to proxies, not to rows of a class',
        },
      ]
    : scattered
}

function regularizerParameters(kinds: readonly string[]) {
  const weight = z.number().min(0).max(1e6).default(1).describe('its share of the loss')
  return union(
    'name',
    regularizerCards
      .filter((card) => kinds.includes(card.of))
      .map(({name, parameters}) => z.strictObject({name: z.literal(name), ...parameters, weight})),
  )
}

function union<Key extends string>(key: Key, members: readonly z.ZodObject[]) {
  return z.discriminatedUnion(key, members as unknown as [z.core.$ZodTypeDiscriminable])
}

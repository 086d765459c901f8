// What there is to choose from, in plain data: the command line shows it, and must not know this folder.
import {z} from 'zod'
import type {LossCard} from './card.ts'
import {lossCards} from './losses/cards.ts'
import {minerCards} from './miners/cards.ts'
import type {MinerCard} from './miners/miner.ts'
import {multiple} from './multiple.card.ts'
import {regularizerCards} from './regularizers/cards.ts'

type Schema = z.core.JSONSchema.BaseSchema

/** One thing to choose, as a person is told about it. */
export interface Description {
  readonly name: string
  readonly title: string
  /** Its formula, or the rule by which it chooses. */
  readonly formula: string
  readonly source: string
  /** What else there is to know, by heading. */
  readonly facts: Readonly<Record<string, string>>
  readonly parameters: readonly {
    readonly name: string
    readonly default: unknown
    /** What it may be, in words: `0 … 4`, `true, false`. */
    readonly values: string
    readonly meaning: string
  }[]
}

export function describeLosses(): Description[] {
  return [...lossCards.map(describeLoss), {...multiple, facts: {}, parameters: describeParameters({losses: several})}]
}

export function describeMiners(): Description[] {
  return (minerCards as readonly MinerCard[]).map(({name, title, rule, source, gives, parameters}) => ({
    name,
    title,
    formula: rule,
    source,
    facts: {keeps: gives},
    parameters: describeParameters(parameters),
  }))
}

export function describeRegularizers(): Description[] {
  return regularizerCards.map(({name, title, formula, source, of, parameters}) => ({
    name,
    title,
    formula,
    source,
    facts: {looks: `at ${of === 'embeddings' ? 'the raw embeddings' : 'class weights, proxies or centres'}`},
    parameters: describeParameters(parameters),
  }))
}

const several = z.array(z.unknown()).min(1).describe('list of {weight, objective}')

const comparisons: Readonly<Record<LossCard['compares'], string>> = {
  pairs: 'pairs of a batch: a miner may choose among them, a memory add to them',
  batch: 'the whole batch by its classes',
  classes: 'embeddings with weights of classes',
  views: 'views of the same image',
}

function describeLoss(card: LossCard): Description {
  const {name, title, formula, source, distance, reducer, parameters} = card
  const others = distance?.names.filter((other) => other !== distance.default.name) ?? []
  const facts = {
    compares: comparisons[card.compares],
    ...(distance && {
      distance: `${distance.default.name}${distance.default.normalise ? ' of normalised embeddings' : ' of embeddings as they are'}${others.length === 0 ? '' : `; or ${others.join(', ')}`}`,
    }),
    reducer: reducer.name,
    ...(card.weights === true && {trains: 'weights of its own, named loss.… in optimizer.groups'}),
    ...(card.teacher === true && {needs: 'embeddings of a teacher'}),
  }
  return {name, title, formula, source, facts, parameters: describeParameters(parameters)}
}

function describeParameters(parameters: Readonly<Record<string, z.ZodType>>): Description['parameters'] {
  return Object.entries(parameters).map(([name, schema]) => {
    const shape = z.toJSONSchema(schema, {io: 'input', unrepresentable: 'any'})
    return {name, default: shape.default, values: valuesOf(shape), meaning: shape.description ?? ''}
  })
}

/** Of a choice with parameters: its names. */
function valuesOf(schema: Schema): string {
  const forms = (schema.anyOf ?? schema.oneOf) as Schema[] | undefined
  if (forms !== undefined) return [...new Set(forms.map(valuesOf))].join(', ')
  if (schema.const !== undefined) return String(schema.const)
  if (schema.enum !== undefined) return schema.enum.join(', ')
  switch (schema.type) {
    case 'boolean':
      return 'true, false'
    case 'integer':
      return `whole, ${rangeOf(schema)}`
    case 'number':
      return rangeOf(schema)
    case 'object':
      return valuesOf((schema.properties?.name ?? {}) as Schema)
    case 'array':
      return 'list'
    default:
      return typeof schema.type === 'string' ? schema.type : 'any'
  }
}

function rangeOf({minimum, maximum, exclusiveMinimum, exclusiveMaximum}: Schema): string {
  const known = (bound: number | undefined) =>
    Math.abs(bound ?? Infinity) < Number.MAX_SAFE_INTEGER ? bound : undefined
  const low = known(minimum) ?? (exclusiveMinimum === undefined ? '' : `above ${exclusiveMinimum}`)
  const high = known(maximum) ?? (exclusiveMaximum === undefined ? '' : `below ${exclusiveMaximum}`)
  return `${low} … ${high}`.trim()
}

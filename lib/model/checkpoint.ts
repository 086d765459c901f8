import {z} from 'zod'
import type {Normalisation} from '../engine/ops/pixels.ts'
import type {HostTensor, StateDict} from '../engine/state-dict.ts'
import {nameOrFile, ownParameters} from '../own-parameters.ts'
import {UserError} from '../user-error.ts'
import {describeSpec, misfits} from './fit-layout.ts'
import {traceNetwork} from './graph.ts'
import {openSafetensors, writeSafetensors} from './safetensors.ts'
import {type BackboneName, backboneNames, type ModelSpec, poolNames} from './spec.ts'
import {hostDtype, loadTensor, type TensorSource} from './tensor-source.ts'

/** How images become the numbers that a network was trained with. */
export interface Preprocessing extends Normalisation {
  /** Transforms of measured images, as the list `image.eval` of pipeline.yaml. */
  readonly transforms: unknown
}

/** One half of a checkpoint: everything that extraction, export and comparison need. Nothing about the run, epoch or time. */
export interface ModelFile {
  readonly spec: ModelSpec
  readonly preprocessing: Preprocessing
  readonly weights: StateDict
  /** Where the weights came from, in words: `{weights: 'random, seed 0'}`. */
  readonly provenance: Readonly<Record<string, string>>
}

/** The other half: what only the next epoch of training needs. */
export interface TrainingFile {
  readonly optimizer: string
  /** Optimiser steps since the start. */
  readonly step: number
  /** Optimiser moments and the loss' own weights. */
  readonly tensors: StateDict
}

/** Reads a model. Throws UserError when it is missing, damaged, no model of this project, or of another backbone than expected. */
export async function readModel(path: string, expected?: BackboneName): Promise<ModelFile> {
  const source = await openSafetensors(path)
  try {
    const {spec, preprocessing, provenance} = parseMetadata(path, source, modelMetadata)
    if (expected !== undefined && expected !== spec.backbone) {
      throw new UserError(
        `${path} is a ${spec.backbone}, but model.backbone is ${expected}. Set model.backbone=${spec.backbone}.`,
      )
    }
    const problems = await misfits(source.tensors, spec, {countsOptional: false})
    if (problems.length > 0)
      throw new UserError(`${path} does not hold the weights of ${describeSpec(spec)}: ${problems.join('. ')}.`)
    const names = (await traceNetwork(spec)).tensors.map(({name}) => name)
    return {spec, preprocessing, provenance, weights: await loadTensors(path, source, names)}
  } finally {
    await source.close()
  }
}

/** Writes a model as safetensors that describes itself; equal models give equal bytes. */
export async function writeModel(path: string, model: ModelFile): Promise<void> {
  await writeSafetensors(path, model.weights, describeModel(model))
}

/** What a model's file says about it, by key; exported files say the same. */
export function describeModel({spec, preprocessing, provenance}: Omit<ModelFile, 'weights'>): Record<string, string> {
  return formatMetadata('model', {spec, preprocessing, provenance})
}

/** Reads the training half of a checkpoint. Throws UserError when it is missing, damaged or no training state of this project. */
export async function readTraining(path: string): Promise<TrainingFile> {
  const source = await openSafetensors(path)
  try {
    const {optimizer, step} = parseMetadata(path, source, trainingMetadata)
    return {optimizer, step, tensors: await loadTensors(path, source, [...source.tensors.keys()])}
  } finally {
    await source.close()
  }
}

/** Writes the training half of a checkpoint; equal states give equal bytes. */
export async function writeTraining(path: string, {optimizer, step, tensors}: TrainingFile): Promise<void> {
  await writeSafetensors(path, tensors, formatMetadata('training', {optimizer, step}))
}

// Every value is JSON under its name. `format: pt` tells other loaders that shapes are PyTorch's.
const versions = {format: 'pt', 'nearmiss.version': '1'}

const modelMetadata = z.object({
  kind: z.literal('model'),
  spec: z.strictObject({
    backbone: nameOrFile(backboneNames),
    width: z.int().positive(),
    stem: z.enum(['imagenet', 'small']),
    pool: z.enum(poolNames),
    embedding: z
      .strictObject({
        size: z.int().positive(),
        hidden: z.array(z.int().positive()),
        relu: z.enum(['between', 'mlrc']),
        normalise: z.enum(['none', 'added', 'clamped']),
      })
      .nullable(),
    batchnorm: z.enum(['frozen', 'live']),
    dropout: z.number().min(0).lt(1).optional(),
    stochastic_depth: z.number().min(0).lt(1).optional(),
    own: ownParameters,
  }) satisfies z.ZodType<ModelSpec>,
  preprocessing: z.strictObject({
    transforms: z.unknown(),
    channels: z.enum(['rgb', 'bgr']),
    range: z.number().positive(),
    mean: z.array(z.number()).length(3),
    std: z.array(z.number().positive()).length(3),
  }),
  provenance: z.record(z.string(), z.string()),
})

const trainingMetadata = z.object({
  kind: z.literal('training'),
  optimizer: z.string().min(1),
  step: z.int().nonnegative(),
})

function formatMetadata(kind: string, parts: Readonly<Record<string, unknown>>): Record<string, string> {
  const entries = Object.entries({kind, ...parts}).map(([name, value]) => [
    `nearmiss.${name}`,
    JSON.stringify(sortKeys(value)),
  ])
  return {...versions, ...Object.fromEntries(entries)}
}

/** Objects with their keys in order, so that equal values are equal text. */
function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return Object.fromEntries(entries.map(([key, item]) => [key, sortKeys(item)]))
}

function parseMetadata<Schema extends z.ZodObject>(
  path: string,
  {metadata}: TensorSource,
  schema: Schema,
): z.infer<Schema> {
  const problems: string[] = []
  const version = metadata['nearmiss.version']
  if (version !== versions['nearmiss.version']) problems.push(`nearmiss.version must be 1, got ${version ?? 'none'}`)
  const entries = Object.keys(schema.shape).map((name) => [name, parseJson(metadata[`nearmiss.${name}`])])
  const parsed = schema.safeParse(Object.fromEntries(entries))
  for (const {path: where, message} of parsed.error?.issues ?? [])
    problems.push(`nearmiss.${where.join('.')}: ${message}`)
  if (parsed.success && problems.length === 0) return parsed.data
  throw new UserError(
    `${path} is no checkpoint that can be used here: ${problems.join('; ')}. Make it again with the stage that writes it.`,
  )
}

function parseJson(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text)
  } catch {
    // Not JSON: the schema then says what was expected.
    return undefined
  }
}

async function loadTensors(path: string, {tensors}: TensorSource, names: readonly string[]): Promise<StateDict> {
  const loaded: [string, HostTensor][] = []
  for (const name of names) {
    const tensor = tensors.get(name)!
    if (hostDtype(tensor.dtype) === undefined)
      throw new UserError(`${path}: tensor ${name} has type ${tensor.dtype}; F32 and I64 are used here.`)
    loaded.push([name, await loadTensor(tensor)])
  }
  return new Map(loaded)
}

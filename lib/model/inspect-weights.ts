import {loadBackbone} from './backbones/backbone.ts'
import {findNetwork} from './find-network.ts'
import {misfits} from './fit-layout.ts'
import {fitPositions} from './fit-positions.ts'
import {traceNetwork} from './graph.ts'
import {openWeights} from './open-weights.ts'
import {backboneNames, type ModelSpec} from './spec.ts'
import type {TensorSource} from './tensor-source.ts'

/** What a file of weights holds. */
export interface WeightsReport {
  readonly tensors: number
  readonly numbers: number
  /** Tensors of each number type, as safetensors names it. */
  readonly types: Readonly<Record<string, number>>
  /** Ways in which it can be imported; if there is none, what comes nearest. */
  readonly fits: readonly WeightsFit[]
}

export interface WeightsFit {
  readonly backbone: string
  /** Tensors of the network that are there in their shape, and all that it has (without counts of batches). */
  readonly fitting: number
  readonly of: number
  /** Whose names they have, and what is before each. */
  readonly naming: string
  readonly prefix: string
  /** Parameters with which it can be imported: `model.pool=gem`. */
  readonly settings: readonly string[]
  /** What keeps it from being imported so; empty: nothing. */
  readonly problems: readonly string[]
  /** Tensors outside of the prefix. */
  readonly elsewhere: number
  /** What importing changes, a sentence each. */
  readonly notes: readonly string[]
}

/**
 * Compares the tensors of a file with every backbone, whole or with the pooling and the linear layer that the file has. Numbers are not read. Throws UserError
 * when it is missing, damaged, hostile or holds no tensors.
 */
export async function inspectWeights(path: string): Promise<WeightsReport> {
  const source = await openWeights(path)
  try {
    const shapes = [...source.tensors.values()]
    const types: Record<string, number> = {}
    for (const {dtype} of shapes) types[dtype] = (types[dtype] ?? 0) + 1
    const fits: WeightsFit[] = []
    for (const backbone of backboneNames) fits.push(...(await fitBackbone(source, {...plain, backbone})))
    return {
      tensors: shapes.length,
      numbers: shapes.reduce((sum, {shape}) => sum + shape.reduce((product, length) => product * length, 1), 0),
      types,
      fits: choose(fits),
    }
  } finally {
    await source.close()
  }
}

const plain = {width: 64, stem: 'imagenet', pool: 'spoc', embedding: null, batchnorm: 'frozen'} as const

/** What can be imported, else the two that come nearest. */
function choose(fits: readonly WeightsFit[]): WeightsFit[] {
  const importable = fits.filter(({problems}) => problems.length === 0)
  if (importable.length > 0) return importable
  const near = fits.filter(({fitting, of}) => fitting > of / 10)
  return near.sort((a, b) => a.problems.length - b.problems.length || b.fitting / b.of - a.fitting / a.of).slice(0, 2)
}

// A linear layer of so many outputs is the classifier of ImageNet.
const imagenetClasses = 1000

/** What can be imported of the backbone alone, with each pooling that has weights, with a linear layer of each size that occurs; if nothing, the best of these. */
async function fitBackbone(source: TensorSource, spec: ModelSpec): Promise<WeightsFit[]> {
  const {dim} = await traceNetwork(spec)
  const rows = [...source.tensors.values()].flatMap(({shape}) =>
    shape.length === 2 && shape[1] === dim ? shape[0]! : [],
  )
  const sizes = [...new Set(rows)].filter((size) => size >= 2 && size <= 8192 && size !== imagenetClasses).slice(0, 8)
  const hasExponent = [...source.tensors.keys()].some((name) => /(^|\.)pool\.p$/.test(name))
  const pools = hasExponent ? (['spoc', 'gem', 'gem-channels'] as const) : (['spoc'] as const)
  const heads = [null, ...sizes.map((size) => ({size, hidden: [], relu: 'between', normalise: 'none'}) as const)]
  const fits: WeightsFit[] = []
  for (const pool of pools) {
    for (const embedding of heads) fits.push(await compare(source, {...spec, pool, embedding}))
  }
  const importable = fits.filter(({problems}) => problems.length === 0)
  if (importable.length > 0) return importable
  return fits.sort((a, b) => a.problems.length - b.problems.length || b.fitting - a.fitting).slice(0, 1)
}

async function compare({tensors}: TensorSource, spec: ModelSpec): Promise<WeightsFit> {
  const {unused} = await loadBackbone(spec)
  const layout = (await traceNetwork(spec)).tensors
  const found = findNetwork(tensors, layout, {spec, unused})
  const fitted = fitPositions(found.tensors, layout)
  const counted = layout.filter(({role}) => role !== 'count')
  return {
    backbone: spec.backbone,
    fitting: counted.filter(({name, shape}) => String(found.tensors.get(name)?.shape) === String(shape)).length,
    of: counted.length,
    naming: found.naming.source,
    prefix: found.prefix,
    settings: [
      // Published weights have these; the demo's network is narrower.
      `model.width=${spec.width}`,
      `model.stem=${spec.stem}`,
      `model.batchnorm=${spec.batchnorm}`,
      ...(spec.pool === 'spoc' ? [] : [`model.pool=${spec.pool}`]),
      ...(spec.embedding === null ? [] : [`model.embedding={size: ${spec.embedding.size}}`]),
    ],
    problems: await misfits(fitted.tensors, spec, {countsOptional: true}),
    elsewhere: found.elsewhere.length,
    notes: fitted.notes,
  }
}

import {traceNetwork} from './graph.ts'
import type {ModelSpec} from './spec.ts'
import {type FileDtype, hostDtype} from './tensor-source.ts'

interface TensorShape {
  readonly dtype: FileDtype
  readonly shape: readonly number[]
}

/**
 * Why named tensors are not the weights of a network, one clause per kind (missing, unknown, other shape, other type) with the first
 * ten names each; empty when they are. Counts of batches may be missing where `countsOptional`, the tensors of
 * the head where `headOptional`.
 */
export async function misfits(
  tensors: ReadonlyMap<string, TensorShape>,
  spec: ModelSpec,
  {countsOptional, headOptional = false}: {countsOptional: boolean; headOptional?: boolean},
): Promise<string[]> {
  const layout = (await traceNetwork(spec)).tensors
  const names = new Set(layout.map(({name}) => name))
  const expected = layout.map((part) => ({...part, got: tensors.get(part.name)}))
  const isSame = (a: readonly number[], b: readonly number[]) =>
    a.length === b.length && a.every((length, axis) => length === b[axis])
  const missing = expected.filter(
    ({name, role, got}) =>
      got === undefined && !(countsOptional && role === 'count') && !(headOptional && ofHead.test(name)),
  )
  const unknown = [...tensors].filter(([name]) => !names.has(name))
  const reshaped = expected.filter(({shape, got}) => got !== undefined && !isSame(got.shape, shape))
  const retyped = expected.filter(({role, got}) => got && hostDtype(got.dtype) !== (role === 'count' ? 'I64' : 'F32'))
  return [
    ...clause(
      'are missing',
      missing.map(({name, shape}) => `${name} [${shape}]`),
    ),
    ...clause(
      'are unknown',
      unknown.map(([name, {shape}]) => `${name} [${shape}]`),
    ),
    ...clause(
      'have another shape',
      reshaped.map(({name, shape, got}) => `${name} is [${got?.shape}], needs [${shape}]`),
    ),
    ...clause(
      'have another type',
      retyped.map(({name, role, got}) => `${name} is ${got?.dtype}, needs ${role === 'count' ? 'I64' : 'F32'}`),
    ),
  ]
}

/** A network in words: `resnet18 (width 64, stem imagenet)`. */
export function describeSpec({backbone, width, stem}: ModelSpec): string {
  return `${backbone} (width ${width}, stem ${stem})`
}

/** A file of a backbone has none of these: they start at random. */
const ofHead = /^(embedding|pool)\./

const listed = 10

function clause(verb: string, items: readonly string[]): string[] {
  if (items.length === 0) return []
  const rest = items.length > listed ? ` and ${items.length - listed} more` : ''
  return [`${items.length} tensors ${verb}: ${items.slice(0, listed).join('; ')}${rest}`]
}

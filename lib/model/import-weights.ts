import type {HostTensor, StateDict} from '../engine/state-dict.ts'
import {UserError} from '../user-error.ts'
import {loadBackbone} from './backbones/backbone.ts'
import {type FoundNetwork, findNetwork} from './find-network.ts'
import {describeSpec, misfits} from './fit-layout.ts'
import {fitPositions} from './fit-positions.ts'
import {traceNetwork} from './graph.ts'
import {openWeights} from './open-weights.ts'
import {startTensor} from './random-weights.ts'
import type {ModelSpec} from './spec.ts'
import type {TensorLayout} from './tensor-layout.ts'
import {loadTensor, type StoredTensor} from './tensor-source.ts'

/** Weights from a file, and what a user should know about how they were found in it, a sentence each. */
export interface ImportedWeights {
  readonly weights: StateDict
  readonly notes: readonly string[]
}

/**
 * Imports the weights of a network from a file of torch.save or from safetensors, whatever its name ends with, and however wrapped
 * and named (weight-names.ts). A classifier (the backbone's `unused`), an optimiser and the like are left out; absent counts of batches are 0, and
 * an absent head starts at random from the seed. Positions of another size are resampled. Nothing in the file is executed.
 * Throws UserError when the file is missing, damaged, hostile, or of another architecture (listing what does not fit).
 */
export async function importWeights(path: string, spec: ModelSpec, seed: number): Promise<ImportedWeights> {
  const source = await openWeights(path)
  try {
    const {unused} = await loadBackbone(spec)
    const layout = (await traceNetwork(spec)).tensors
    const found = findNetwork(source.tensors, layout, {spec, unused})
    const {tensors, notes} = fitPositions(found.tensors, layout)
    const problems = await misfits(tensors, spec, {countsOptional: true, headOptional: true})
    if (problems.length > 0) {
      throw new UserError(
        `${path} does not hold the weights of ${describeSpec(spec)}: ${problems.join('. ')}. ` +
          'Give weights of this architecture, or change the parameters under model: npx nearmiss weights FILE says what fits.',
      )
    }
    const weights: [string, HostTensor][] = []
    for (const part of layout) weights.push([part.name, await loadOrStart(path, tensors, part, seed)])
    return {weights: new Map(weights), notes: [...describe(found, layout), ...notes]}
  } finally {
    await source.close()
  }
}

/** How the network was found, where that is not plain from the file's name. */
function describe(
  {tensors, naming, prefix, elsewhere, rivals}: FoundNetwork,
  layout: readonly TensorLayout[],
): string[] {
  const notes: string[] = []
  if (naming.renames.length > 0) notes.push(`Tensors are named as by ${naming.source}.`)
  if (rivals.length > 0)
    notes.push(`As many tensors of the network lie under ${rivals.join(', ')}; those under ${prefix} were taken.`)
  const others = elsewhere.filter((name) => !rivals.some((rival) => name.startsWith(rival)))
  if (others.length > 0) notes.push(`${others.length} tensors outside of ${prefix} were left out: ${shorten(others)}.`)
  const started = layout.filter(({name, role}) => role !== 'count' && !tensors.has(name)).map(({name}) => name)
  if (started.length > 0)
    notes.push(`${started.length} tensors are not in the file and start at random: ${shorten(started)}.`)
  return notes
}

function shorten(names: readonly string[]): string {
  return `${names.slice(0, 3).join(', ')}${names.length > 3 ? ', …' : ''}`
}

async function loadOrStart(
  path: string,
  tensors: ReadonlyMap<string, StoredTensor>,
  layout: TensorLayout,
  seed: number,
): Promise<HostTensor> {
  const {name} = layout
  const tensor = tensors.get(name)
  // Files from before PyTorch 0.4.1 have no counts; they only matter to averages over all batches, which ResNets do not use.
  if (tensor === undefined) return startTensor(layout, seed)
  try {
    return await loadTensor(tensor)
  } catch (error) {
    throw new UserError(
      `${path} cannot be imported: ${(error as Error).message} (tensor ${name}). Get the file again.`,
      {cause: error},
    )
  }
}

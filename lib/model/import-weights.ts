import type {HostTensor, StateDict} from '../engine/state-dict.ts'
import {UserError} from '../user-error.ts'
import {loadBackbone} from './backbones/backbone.ts'
import {describeSpec, misfits} from './fit-layout.ts'
import {traceNetwork} from './graph.ts'
import {startTensor} from './random-weights.ts'
import {openForReading, readExactly} from './read-file.ts'
import {openSafetensors} from './safetensors.ts'
import type {ModelSpec} from './spec.ts'
import type {TensorLayout} from './tensor-layout.ts'
import {loadTensor, type StoredTensor, type TensorSource} from './tensor-source.ts'
import {openTorchFile} from './torch-file.ts'

/**
 * Imports the weights of a network from a file of torch.save or from safetensors, whatever its name ends with. A classifier
 * (the backbone's `unused`) is left out, a prefix `module.` taken off; absent counts of batches are 0, and an absent head starts at random from the seed. Nothing in the file is executed.
 * Throws UserError when the file is missing, damaged, hostile, or of another architecture (listing what does not fit).
 */
export async function importWeights(path: string, spec: ModelSpec, seed: number): Promise<StateDict> {
  const source = await openWeights(path)
  try {
    const {unused} = await loadBackbone(spec)
    const tensors = backboneTensors(source, unused)
    const problems = await misfits(tensors, spec, {countsOptional: true, headOptional: true})
    if (problems.length > 0) {
      throw new UserError(
        `${path} does not hold the weights of ${describeSpec(spec)}: ${problems.join('. ')}. ` +
          'Give weights of this architecture, or change the parameters under model.',
      )
    }
    const weights: [string, HostTensor][] = []
    for (const layout of (await traceNetwork(spec)).tensors)
      weights.push([layout.name, await loadOrStart(path, tensors, layout, seed)])
    return new Map(weights)
  } finally {
    await source.close()
  }
}

/** The format is known by the first bytes: a zip, a pickle (0x80), or a length and the brace of a safetensors header. */
async function openWeights(path: string): Promise<TensorSource> {
  const begin = Buffer.from(await readBeginning(path))
  if (begin.toString('latin1', 0, 2) === 'PK' || begin[0] === 0x80) return openTorchFile(path)
  if (begin[8] === 0x7b || path.endsWith('.safetensors')) return openSafetensors(path)
  throw new UserError(
    `${path} cannot be imported: it is neither a file of torch.save nor safetensors. Give one of these.`,
  )
}

async function readBeginning(path: string): Promise<Uint8Array> {
  try {
    const {handle, size} = await openForReading(path)
    try {
      return await readExactly(handle, 0, Math.min(9, size))
    } finally {
      await handle.close()
    }
  } catch (error) {
    throw new UserError(`${path} cannot be imported: ${(error as Error).message}. Give a .pth or .safetensors file.`, {
      cause: error,
    })
  }
}

/** Without the classifier, and without the prefix that torch's DataParallel puts before every name. */
function backboneTensors({tensors}: TensorSource, unused: RegExp): Map<string, StoredTensor> {
  const prefix = 'module.'
  const isWrapped = [...tensors.keys()].every((name) => name.startsWith(prefix))
  const named = [...tensors].map(([name, tensor]): [string, StoredTensor] => [
    isWrapped ? name.slice(prefix.length) : name,
    tensor,
  ])
  return new Map(named.filter(([name]) => !unused.test(name)))
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

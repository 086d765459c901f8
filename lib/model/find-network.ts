import type {ModelSpec} from './spec.ts'
import type {TensorLayout} from './tensor-layout.ts'
import type {StoredTensor} from './tensor-source.ts'
import {type Naming, namings} from './weight-names.ts'

/** Where in a file the tensors of a network are. */
export interface FoundNetwork {
  /** By the network's names; what it has no name for, by the file's. Without what `unused` names. */
  readonly tensors: ReadonlyMap<string, StoredTensor>
  readonly naming: Naming
  /** Before every name: `state_dict.module.`. */
  readonly prefix: string
  /** Names outside of the prefix: an optimiser's, a loss'. */
  readonly elsewhere: readonly string[]
  /** Other prefixes under which as many tensors of the network lie: a teacher, an average. */
  readonly rivals: readonly string[]
  /** Tensors of the network that are there in their shape. */
  readonly fitting: number
}

interface Candidate {
  readonly naming: Naming
  readonly prefix: string
  readonly names: readonly string[]
  readonly fitting: number
  readonly named: number
}

/**
 * Looks for the prefix and the naming by which most tensors of a network are found, by name and shape, then by name alone. So any wrapping of
 * programs that save their networks inside of others is taken off. Of several equal ones a teacher or a running average counts
 * (as DINO's and timm's own programs load them), else the first in the file.
 */
export function findNetwork(
  tensors: ReadonlyMap<string, StoredTensor>,
  layout: readonly TensorLayout[],
  {spec: {backbone}, unused}: {spec: Pick<ModelSpec, 'backbone'>; unused: RegExp},
): FoundNetwork {
  const wanted = new Map(layout.map(({name, shape}) => [name, shape]))
  const known = namings.filter(({backbones}) => backbones === undefined || backbones.includes(backbone))
  let best: Candidate = judge('', [...tensors.keys()])
  let rivals: Candidate[] = []
  for (const [prefix, names] of byPrefix(tensors.keys())) {
    // A smaller part of the file cannot hold more.
    if (prefix === '' || names.length < best.fitting) continue
    const candidate = judge(prefix, names)
    const order = candidate.fitting - best.fitting || candidate.named - best.named
    if (order === 0 && candidate.named > 0) rivals.push(candidate)
    if (order <= 0) continue
    best = candidate
    rivals = []
  }
  const chosen = rivals.find(({prefix}) => preferred.test(prefix) && !preferred.test(best.prefix)) ?? best
  const inside = new Set(chosen.names)
  return {
    tensors: take(chosen),
    naming: chosen.naming,
    prefix: chosen.prefix,
    elsewhere: [...tensors.keys()].filter((name) => !inside.has(name)),
    rivals: [...new Set([best, ...rivals].map(({prefix}) => prefix))].filter((prefix) => prefix !== chosen.prefix),
    fitting: chosen.fitting,
  }

  /** By the naming that fits most; of equal ones by that which leaves fewest tensors without a place, so that a classifier is not taken for an embedding of another size. */
  function judge(prefix: string, names: readonly string[]): Candidate {
    const [first, ...others] = known.map((naming) => ({prefix, names, naming, ...count(prefix, names, naming)}))
    return others.reduce(
      (a, b) => ((b.fitting - a.fitting || a.astray - b.astray || b.named - a.named) > 0 ? b : a),
      first!,
    )
  }

  function count(prefix: string, names: readonly string[], naming: Naming) {
    const {adapt = asItIs} = naming
    let [named, fitting, astray] = [0, 0, 0]
    for (const name of names) {
      const renamed = rename(name.slice(prefix.length), naming)
      const shape = wanted.get(renamed)
      if (shape !== undefined) {
        named++
        if (hasSameNumbers(shape, adapt(renamed, tensors.get(name)!).shape)) fitting++
        else astray++
      } else if (!unused.test(renamed)) astray++
    }
    return {named, fitting, astray}
  }

  function take({prefix, names, naming}: Candidate): Map<string, StoredTensor> {
    const taken = new Map<string, StoredTensor>()
    for (const name of names) {
      const renamed = rename(name.slice(prefix.length), naming)
      const tensor = (naming.adapt ?? asItIs)(renamed, tensors.get(name)!)
      const shape = wanted.get(renamed)
      if (shape === undefined || taken.has(renamed)) {
        if (!unused.test(renamed)) taken.set(name, tensor)
      } else taken.set(renamed, hasSameNumbers(shape, tensor.shape) ? {...tensor, shape} : tensor)
    }
    return taken
  }
}

function asItIs(_: string, tensor: StoredTensor): StoredTensor {
  return tensor
}

const preferred = /(^|[._])(teacher|ema)([._]|$)/

// A name of a hostile file may have a million dots.
const maximalDots = 12

/** Every beginning of names that ends at a dot, with the names it begins; the empty one first. */
function byPrefix(names: Iterable<string>): Map<string, string[]> {
  const groups = new Map<string, string[]>([['', []]])
  for (const name of names) {
    groups.get('')!.push(name)
    let dot = name.indexOf('.')
    for (let dots = 0; dot >= 0 && dots < maximalDots; dots++) {
      const prefix = name.slice(0, dot + 1)
      const group = groups.get(prefix) ?? []
      group.push(name)
      groups.set(prefix, group)
      dot = name.indexOf('.', dot + 1)
    }
  }
  return groups
}

function rename(name: string, {renames}: Naming): string {
  return renames.reduce((renamed, [pattern, replacement]) => renamed.replace(pattern, replacement), name)
}

/** Whether two shapes differ by axes of length 1 at most: [96] and [96, 1, 1], a linear layer and a convolution of 1x1. */
function hasSameNumbers(a: readonly number[], b: readonly number[]): boolean {
  const [left, right] = [a, b].map((shape) => shape.filter((length) => length !== 1))
  return left!.length === right!.length && left!.every((length, axis) => length === right![axis])
}

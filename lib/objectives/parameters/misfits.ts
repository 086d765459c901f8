import type {LossCard} from '../card.ts'
import {lossCards} from '../losses/cards.ts'
import {partsOf} from '../parts.ts'
import type {MiningSpec} from './mining.ts'
import type {Objection} from './objection.ts'
import type {LossSpec, ObjectiveSpec} from './objective.ts'

/** What speaks against training a loss on the batches of a sampler, each legal on its own; paths begin with mining or objective. */
export function misfits({mining, objective}: {mining: MiningSpec; objective: ObjectiveSpec}): Objection[] {
  return partsOf(objective).flatMap(({objective: loss}, number) => {
    // A user's loss says when it is opened whether it follows the plan.
    const {compares} = lossCards.find(({name}) => name === loss.loss) ?? {compares: 'pairs'}
    const own = 'losses' in objective ? ['objective', 'losses', number, 'objective'] : ['objective']
    return [
      ...viewMisfits(mining, loss, compares, own),
      ...planMisfits(mining, loss, own),
      ...positiveMisfits(mining, loss, compares),
      ...negativeMisfits(mining, loss, compares),
    ]
  })
}

function viewMisfits(
  mining: MiningSpec,
  loss: LossSpec,
  compares: LossCard['compares'],
  own: Objection['path'],
): Objection[] {
  if (compares === 'views') {
    if (mining.sampler !== 'views') {
      return [{path: ['mining', 'sampler'], text: `must be views: ${loss.loss} compares two views of every image`}]
    }
    if (mining.views === 2) return []
    return [{path: ['mining', 'views'], text: `must be 2: ${loss.loss} compares two views of every image`}]
  }
  if (loss.positives !== 'image' || mining.sampler === 'views') return []
  return [
    {
      path: [...own, 'positives'],
      text: `must be class with mining.sampler ${mining.sampler}, which plans one view of an image; mining.sampler views plans several`,
    },
  ]
}

/** A miner and a memory look at the whole batch: the tuples of the plan would be made for nothing. */
function planMisfits(mining: MiningSpec, {miner, memory}: LossSpec, own: Objection['path']): Objection[] {
  if (!plansTuples(mining)) return []
  const text = `must be null with mining.sampler ${mining.sampler}, which plans the tuples; for it, take a sampler of plain batches, such as classes or m-per-class`
  return [...(miner ? [{path: [...own, 'miner'], text}] : []), ...(memory ? [{path: [...own, 'memory'], text}] : [])]
}

function plansTuples(mining: MiningSpec): boolean {
  if (mining.sampler === 'class-groups') return mining.negatives > 0
  return ['hard-triplets', 'random-triplets', 'distance-weighted', 'cluster-negatives'].includes(mining.sampler)
}

/** Batches without two images of a class have no positive pairs. */
function positiveMisfits(mining: MiningSpec, loss: LossSpec, compares: LossCard['compares']): Objection[] {
  if (!['pairs', 'batch'].includes(compares) || withoutPairs.includes(loss.loss) || loss.memory) return []
  const why = `${loss.loss} learns from pairs of images of a class`
  if (mining.sampler === 'one-per-class') {
    return [
      {
        path: ['mining', 'sampler'],
        text: `must not be one-per-class: ${why}. Use a sampler with images_per_class, such as m-per-class or classes, or a loss against class weights`,
      },
    ]
  }
  if (!('images_per_class' in mining) || mining.images_per_class > 1) return []
  return [{path: ['mining', 'images_per_class'], text: `must be at least 2: ${why}`}]
}

/** Losses that compare the rows of a batch but can do without a second image of a class. */
const withoutPairs = ['instance']

/** Batches of one class have no negative pairs. */
function negativeMisfits(mining: MiningSpec, loss: LossSpec, compares: LossCard['compares']): Objection[] {
  if (!['pairs', 'batch'].includes(compares) || loss.memory || plansTuples(mining)) return []
  const why = `${loss.loss} learns from pairs of images of different classes, and a batch would have one class`
  if ('classes_per_batch' in mining && mining.classes_per_batch === 1) {
    return [{path: ['mining', 'classes_per_batch'], text: `must be at least 2: ${why}`}]
  }
  if (!('batch_size' in mining && 'images_per_class' in mining) || mining.batch_size > mining.images_per_class)
    return []
  return [{path: ['mining', 'batch_size'], text: `must be at least ${2 * mining.images_per_class}: ${why}`}]
}

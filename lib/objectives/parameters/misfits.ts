import type {LossCard} from '../card.ts'
import {lossCards} from '../losses/cards.ts'
import {partsOf} from '../parts.ts'
import type {MiningSpec} from './mining.ts'
import type {Objection} from './objection.ts'
import type {LossSpec, ObjectiveSpec} from './objective.ts'

/** What speaks against training a loss on the batches of a sampler, each legal on its own; paths begin with mining or objective. */
export function misfits({mining, objective}: {mining: MiningSpec; objective: ObjectiveSpec}): Objection[] {
  return partsOf(objective).flatMap(({objective: loss}, number) => {
    const {compares} = lossCards.find(({name}) => name === loss.loss)!
    const own = 'losses' in objective ? ['objective', 'losses', number, 'objective'] : ['objective']
    return [...viewMisfits(mining, loss, compares, own), ...positiveMisfits(mining, loss, compares)]
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

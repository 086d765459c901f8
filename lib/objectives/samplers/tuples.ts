import {openRandom} from '../../random.ts'
import {drawAnchors} from './anchors.ts'
import {classesOf} from './classes-of.ts'
import {drawDistinct} from './draw.ts'
import type {EpochLength} from './epoch-length.ts'
import {neighboursByImage} from './neighbours-by-image.ts'
import type {SamplingContext, Slot} from './sampler.ts'

interface TupleParameters extends EpochLength {
  readonly tuples_per_batch: number
  readonly positives: number
}

/**
 * Tuples of an anchor, `positives` random other images of its class and all negatives that were mined for it. An image that is
 * anchor twice in an epoch has the same negatives both times.
 */
export function planTuples(parameters: TupleParameters, context: SamplingContext): Slot[][] {
  const {id, label} = context.images
  const classes = classesOf(context.images, parameters.positives + 1)
  const mined = neighboursByImage(context.neighbours!)
  const random = openRandom(...context.seed, 'positives')
  const steps: Slot[][] = []
  for (const [count, row] of anchorRows(parameters, context).entries()) {
    const anchor = id[row]!
    const others = classes.get(label[row]!)!.filter((image) => image !== anchor)
    const group = count % parameters.tuples_per_batch
    if (group === 0) steps.push([])
    steps
      .at(-1)!
      .push(
        {group, role: 'anchor', image: anchor},
        ...drawDistinct(others, parameters.positives, random).map((image): Slot => ({group, role: 'positive', image})),
        ...Array.from(mined.get(anchor)!, (image): Slot => ({group, role: 'negative', image})),
      )
  }
  return steps
}

/** Ids of the images that are anchors of the epoch, ascending: those to mine for. */
export function tupleAnchors(parameters: TupleParameters, context: SamplingContext): Int32Array {
  classesOf(context.images, parameters.positives + 1)
  return Int32Array.from(new Set(anchorRows(parameters, context)), (row) => context.images.id[row]!).sort()
}

/** The same for planning and for mining: it depends on the seed alone. */
function anchorRows(parameters: TupleParameters, {images, seed}: SamplingContext): number[] {
  return drawAnchors(parameters, parameters.tuples_per_batch, images.id.length, openRandom(...seed, 'anchors'))
}

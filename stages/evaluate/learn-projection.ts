import {bounded} from '../../lib/data/wording.ts'
import {gramMatrix} from '../../lib/engine/gram.ts'
import type {MetricsSpec} from '../../lib/metrics/parameters.ts'
import {learnWhitening} from '../../lib/metrics/space/learned-whitening.ts'
import {learnProjection, meanRow, type Projection} from '../../lib/metrics/space/projection.ts'
import {UserError} from '../../lib/user-error.ts'
import {type Classes, joinClasses, openNumbering, ownClasses, readLabels, readSplit} from './classes.ts'
import {type Described, readDescribed} from './described.ts'
import {pairStatistics} from './pair-statistics.ts'
import type {Inputs} from './test-sets.ts'

type Whitening = NonNullable<MetricsSpec['descriptors']['whitening']>

/**
 * Learns from descriptors of training images alone: those that are in a table of images of ours must be of its split train, so that
 * nothing that is measured has a part in it.
 */
export async function learnFromTraining(
  {kind, dim: outputs, shrink_to: shrinkTo}: Whitening,
  inputs: Inputs,
): Promise<Projection> {
  if (inputs.training === undefined)
    throw new UserError(
      'metrics.descriptors.whitening is learnt from descriptors of training images, and there are none. ' +
        'Give them: --in training=descriptors.arrow (those of the images that are measured would be cheating).',
    )
  const described = await readDescribed(inputs.training)
  const {vectors, dim} = described
  if (outputs !== null && outputs > dim)
    throw new UserError(`metrics.descriptors.whitening.dim is ${outputs}; descriptors have ${dim} numbers. Take fewer.`)
  const split = inputs.images === undefined ? undefined : await readSplit(inputs.images, 'train')
  if (split !== undefined) refuseStrangers(described, split)
  if (kind === 'learned') return learnFromPairs(described, await findClasses(described, inputs, split), outputs)
  const mean = meanRow(vectors, dim)
  const items = vectors.length / dim
  const covariance = gramMatrix(vectors, dim, Float32Array.from(mean)).map((value) => value / items)
  return learnProjection(mean, covariance, {kind, outputs, shrinkTo})
}

function refuseStrangers({path, id}: Described, split: Classes): void {
  const known = new Set(split.id)
  const strangers = Array.from(id ?? []).filter((one) => !known.has(one))
  if (strangers.length > 0)
    throw new UserError(
      `${path} has descriptors of images that are not in ${split.path}: ${bounded(strangers.map(String))}. ` +
        'Whitening is learnt from training images alone. Give theirs.',
    )
}

async function findClasses(described: Described, inputs: Inputs, split: Classes | undefined): Promise<Classes> {
  if (inputs.training_labels !== undefined) return readLabels(inputs.training_labels, 'train')
  const classes = ownClasses(described) ?? split
  if (classes !== undefined) return classes
  throw new UserError(
    `metrics.descriptors.whitening.kind learned needs the classes of ${described.path}: ` +
      'a column "label" in it, or a file of them: --in training_labels=labels.npy',
  )
}

function learnFromPairs(described: Described, classes: Classes, outputs: number | null): Projection {
  const statistics = pairStatistics(joinClasses(described, classes, openNumbering([classes.label])))
  if (statistics !== undefined) return learnWhitening(statistics, outputs)
  throw new UserError(
    `metrics.descriptors.whitening.kind learned needs images that match, and no class of ${classes.path} has two. Take pca-whitening.`,
  )
}

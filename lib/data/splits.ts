import {type DataParameters, isNamedProtocol} from './parameters.ts'
import {planByNumber} from './splits/by-number.ts'
import {planByPublication} from './splits/by-publication.ts'
import type {LabelledImages, Split} from './splits/plan.ts'
import {reviewSet} from './splits/review.ts'

export interface Assignment {
  /** In the order of the images. */
  readonly split: readonly Split[]
  /** Why a set cannot be used as it is; empty when all can. */
  readonly problems: readonly string[]
  /** Sentences worth telling: an empty test set, lone images. */
  readonly notes: readonly string[]
}

/**
 * Says of every image which set it is in. No class is in two sets, but with protocol closed-set. docs/data.md tells the arithmetic of every protocol.
 */
export function assignSplits(data: DataParameters, images: LabelledImages): Assignment {
  const plan = isNamedProtocol(data.protocol) ? planByPublication(data, images) : planByNumber(data, images)
  if ('problem' in plan) return {split: [], problems: [plan.problem], notes: []}
  const limit = data.images_per_class ?? (data.protocol === 'lab' ? 20 : undefined)
  const split = limitTraining(plan.split, images.label, limit)
  const reviews = plan.sets.map((set) => reviewSet(set, split, images))
  const notes = [...plan.notes, ...reviews.flatMap((review) => review.notes)]
  if (!split.includes('test')) notes.push('The test set is empty.')
  return {split, problems: reviews.flatMap((review) => review.problems), notes}
}

/** Of each class the first images are trained on. */
function limitTraining(split: readonly Split[], label: readonly number[], limit = Number.POSITIVE_INFINITY): Split[] {
  const taken = new Map<number, number>()
  return split.map((set, row) => {
    if (set !== 'train') return set
    const count = (taken.get(label[row]!) ?? 0) + 1
    taken.set(label[row]!, count)
    return count > limit ? 'unused' : set
  })
}

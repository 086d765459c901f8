// What settings of samplers may not be together, each legal on its own.
import type {Objection} from './objection.ts'

/** Not two lengths at once: one of them would be ignored. */
export function oneLength({passes, iterations}: {passes: number; iterations: number | null}): Objection[] {
  if (iterations === null || passes === 1) return []
  const text = `must be null beside mining.passes ${passes}: an epoch has one length, so set one of them`
  return [{path: ['iterations'], text}]
}

interface Groups {
  readonly batch_size: number
  readonly images_per_class: number
  readonly super_classes_per_batch?: number
}

/** A batch holds whole groups of images of a class (and equal shares of super-classes). */
export function wholeGroups({
  batch_size: size,
  images_per_class,
  super_classes_per_batch: shares = 1,
}: Groups): Objection[] {
  const unit = images_per_class * shares
  const rest = size % unit
  if (rest === 0) return []
  const choices = size < unit ? `${unit}` : `${size - rest} or ${size - rest + unit}`
  const what = `mining.images_per_class${shares === 1 ? '' : ' * super_classes_per_batch'}`
  return [{path: ['batch_size'], text: `must be a multiple of ${what} (${unit}), for example ${choices}`}]
}

export function orderedCutoffs({lower, upper}: {lower: number; upper: number | null}): Objection[] {
  if (upper === null || upper > lower) return []
  return [{path: ['upper'], text: `must be above mining.lower (${lower}), or null for no upper cut`}]
}

// The three losses written out as loops over float64 numbers, to check the tensor versions and their gradients against.
import type {ObjectiveSpec} from '../../../lib/objectives/parameters/objective.ts'

/** Loss of raw embeddings, over all pairs or triplets of the batch. */
export function referenceLoss(spec: ObjectiveSpec, embeddings: number[][], labels: number[]): number {
  const unit = embeddings.map((row) => row.map((value) => value / Math.hypot(...row)))
  const dot = (a: number, b: number) => unit[a]!.reduce((sum, value, i) => sum + value * unit[b]![i]!, 0)
  const squared = (a: number, b: number) => unit[a]!.reduce((sum, value, i) => sum + (value - unit[b]![i]!) ** 2, 0)
  const rows = [...labels.keys()]
  const positivesOf = (a: number) => rows.filter((p) => p !== a && labels[p] === labels[a])
  const negativesOf = (a: number) => rows.filter((n) => labels[n] !== labels[a])
  switch (spec.loss) {
    case 'triplet': {
      const d = (a: number, b: number) => (spec.distance === 'squared' ? squared(a, b) : Math.sqrt(squared(a, b)))
      const terms = rows.flatMap((a) =>
        positivesOf(a).flatMap((p) => negativesOf(a).map((n) => Math.max(0, d(a, p) - d(a, n) + spec.margin))),
      )
      return spec.average === 'all' ? mean(terms) : mean(terms.filter((term) => term > 0))
    }
    case 'contrastive': {
      const d = (a: number, b: number) => Math.sqrt(squared(a, b))
      const pull = rows.flatMap((a) => positivesOf(a).map((p) => d(a, p) - spec.positive_margin))
      const push = rows.flatMap((a) => negativesOf(a).map((n) => spec.negative_margin - d(a, n)))
      return mean(pull.filter((term) => term > 0)) + mean(push.filter((term) => term > 0))
    }
    case 'supcon': {
      const terms = rows
        .filter((a) => positivesOf(a).length > 0)
        .map((a) => {
          const logits = rows.map((o) => dot(a, o) / spec.temperature)
          const others = rows.filter((o) => o !== a)
          const largest = Math.max(...others.map((o) => logits[o]!))
          const total = Math.log(others.reduce((sum, o) => sum + Math.exp(logits[o]! - largest), 0)) + largest
          return mean(positivesOf(a).map((p) => total - logits[p]!))
        })
      return mean(terms.filter((term) => term > 0))
    }
  }
}

/** Central differences of the reference, [rows][dim]. */
export function referenceGradient(spec: ObjectiveSpec, embeddings: number[][], labels: number[]): number[][] {
  const step = 1e-6
  const lossAt = (row: number, column: number, change: number) =>
    referenceLoss(
      spec,
      embeddings.map((values, r) => values.map((value, c) => (r === row && c === column ? value + change : value))),
      labels,
    )
  return embeddings.map((values, row) =>
    values.map((_, column) => (lossAt(row, column, step) - lossAt(row, column, -step)) / (2 * step)),
  )
}

function mean(values: number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length
}

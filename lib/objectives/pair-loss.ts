import {type Distance, openDistance} from './distances.ts'
import type {LossBatch, LossOpener, OpenLoss} from './loss.ts'
import type {DistanceSpec} from './parameters/distance.ts'
import type {Terms} from './terms.ts'

/**
 * A loss that looks at nothing but the distances inside the batch and has no weights of its own. Its terms, and their
 * derivatives, are plain arithmetic in float64 on the host; the products before and behind it are TensorFlow's.
 */
export function pairLoss<Parameters extends {readonly distance: DistanceSpec}>(
  compares: OpenLoss['compares'],
  terms: (distance: Distance, batch: LossBatch, parameters: Parameters) => readonly Terms[],
): LossOpener<Parameters> {
  return (parameters) => lossOn(compares, parameters.distance, (distance, batch) => terms(distance, batch, parameters))
}

/** The same for a loss whose distance is part of its formula. */
export function pairLossOn<Parameters>(
  spec: DistanceSpec,
  compares: OpenLoss['compares'],
  terms: (distance: Distance, batch: LossBatch, parameters: Parameters) => readonly Terms[],
): LossOpener<Parameters> {
  return (parameters) => lossOn(compares, spec, (distance, batch) => terms(distance, batch, parameters))
}

function lossOn(
  compares: OpenLoss['compares'],
  spec: DistanceSpec,
  terms: (distance: Distance, batch: LossBatch) => readonly Terms[],
): OpenLoss {
  return {
    compares,
    weights: [],
    start(batch) {
      const distance = openDistance(batch.vectors, spec)
      return {terms: terms(distance, batch), gradient: () => distance.backward()}
    },
  }
}

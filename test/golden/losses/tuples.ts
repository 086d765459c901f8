// Losses on pairs and triplets.
import type {Entry, Families, GoldenRun} from './entry.ts'

export const tupleFamilies: Families = {
  'from formula LabTriplet': ({params, triplets}) => planned({loss: 'triplet', margin: params.mu}, triplets!),
  'from formula DmlbTriplet': ({params, triplets}) => planned({loss: 'triplet', margin: params.margin}, triplets!),
  'pytorch-metric-learning 0.9.88 ContrastiveLoss': ({params}) => ({
    spec: {
      loss: 'contrastive',
      positive_margin: params.pos_margin,
      negative_margin: params.neg_margin,
      ...(params.power !== undefined && {power: params.power}),
      ...(params.use_similarity === true && {distance: {name: 'similarity'}}),
    },
  }),
  'pytorch-metric-learning 2.8.1 ContrastiveLoss': ({params}) => ({
    spec: {
      loss: 'contrastive',
      positive_margin: params.pos_margin,
      negative_margin: params.neg_margin,
      ...(params.distance === 'CosineSimilarity' && {distance: {name: 'similarity'}}),
    },
  }),
}

function planned(spec: GoldenRun['spec'], triplets: NonNullable<Entry['triplets']>): GoldenRun {
  const tuples = triplets.map(([anchor, positive, negative]) => ({
    anchors: [anchor],
    positives: [positive],
    negatives: [negative],
  }))
  return {spec, tuples}
}

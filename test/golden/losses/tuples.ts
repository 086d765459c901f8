// Losses on pairs and triplets.
import {golden} from '../../golden.ts'
import type {Entry, Families, GoldenRun} from './entry.ts'

type Run = (entry: Entry) => GoldenRun

const cosine = {name: 'similarity', normalise: true}

const contrastive: Run = ({params}) => ({
  spec: {
    loss: 'contrastive',
    positive_margin: params.pos_margin,
    negative_margin: params.neg_margin,
    ...(params.power !== undefined && {power: params.power}),
    ...((params.use_similarity === true || params.distance === 'CosineSimilarity') && {distance: cosine}),
  },
})

const triplet: Run = ({params, miner, library}) => {
  const {margin, swap = false, smooth_loss: smooth = false, power, distance, reducer} = params
  const squared = power === 2 || distance === 'LpDistance(power=2)'
  const name = distance === 'CosineSimilarity' ? 'similarity' : squared ? 'squared' : 'euclidean'
  return {
    spec: {
      loss: 'triplet',
      // 0.9.88 leaves the margin out of its smooth form.
      margin: smooth === true && library.includes('0.9.88') ? 0 : margin,
      swap,
      smooth,
      distance: name === 'euclidean' && library.includes('0.9.88') ? {name, epsilon: 1e-6} : {name},
      reducer: {name: reducer === 'MeanReducer' ? 'mean' : 'active-mean'},
      ...(miner && {
        miner: {
          name: 'triplet-margin',
          margin: miner.margin,
          keeps: miner.type_of_triplets === 'semihard' ? 'semi-hard' : miner.type_of_triplets,
        },
      }),
    },
  }
}

const margin: Run = (entry) => {
  const {margin, nu, beta, learn_beta} = entry.params
  const values = entry.beta!
  return {
    spec: {
      loss: 'margin',
      margin,
      nu,
      beta,
      learn_beta,
      per_class: values.length > 1,
      distance: entry.library.includes('0.9.88') ? {name: 'euclidean', epsilon: 1e-6} : {name: 'euclidean'},
    },
    weights: {beta: {values, gradient: entry.grad_beta as number[]}},
  }
}

const snrContrastive: Run = ({params}) => ({
  spec: {
    loss: 'snr-contrastive',
    positive_margin: params.pos_margin,
    negative_margin: params.neg_margin,
    zero_mean: params.regularizer_weight ?? 0,
    regularizers:
      params.embedding_regularizer === 'ZeroMeanRegularizer'
        ? [{name: 'zero-mean', weight: params.embedding_reg_weight}]
        : [],
  },
})

const intraPairVariance: Run = ({params}) => ({
  spec: {loss: 'intra-pair-variance', positive_epsilon: params.pos_eps, negative_epsilon: params.neg_eps},
})

const angular: Run = ({params, note}) => ({
  spec: {loss: 'angular', alpha: params.alpha, raw_negatives: String(note).includes('negatives are used as given')},
})

const tupletMargin: Run = ({params}) => ({spec: {loss: 'tuplet-margin', margin: params.margin, scale: params.scale}})

/** Student and teacher [images, views, dim] stand in the entry of `abs` alone. */
const raml =
  (weights: (params: Entry['params']) => Record<string, unknown>): Run =>
  (entry) => {
    const {entries} = golden('losses.json') as {entries: Entry[]}
    const {student, teacher} = entries.find(({id}) => id === `raml/abs/${entry.case}`) as unknown as {
      student: number[][][]
      teacher: number[][][]
    }
    return {
      spec: {loss: 'raml', distance: {name: 'similarity', normalise: false}, ...weights(entry.params)},
      embeddings: student.flat(),
      teacher: teacher.flat(),
      groups: student.flatMap((views, image) => views.map(() => image)),
      gradient: (entry.grad_student as number[][][]).flat(),
    }
  }

export const tupleFamilies: Families = {
  'from formula LabTriplet': ({params, triplets}) => planned({loss: 'triplet', margin: params.mu}, triplets!),
  'from formula DmlbTriplet': ({params, triplets}) => planned({loss: 'triplet', margin: params.margin}, triplets!),
  'from formula DmlbMargin': (entry) => {
    const {margin, beta, count_mode} = entry.params
    const counts = count_mode === 'or' ? 'triplets' : 'pairs'
    return {
      ...planned({loss: 'margin', margin, beta, per_class: true, counts}, entry.triplets!),
      weights: {beta: {values: entry.beta!, gradient: entry.grad_beta as number[]}},
    }
  },
  'from formula RamlTriplet': ({params, note, anchors, positives, negatives}) => ({
    spec: {
      loss: 'triplet',
      margin: params.margin,
      distance: {name: 'squared', normalise: !String(note).includes('used as given')},
      reducer: {name: 'sum-per-anchor'},
    },
    tuples: anchors!.map((anchor, i) => ({
      anchors: [anchor],
      positives: positives![i]!,
      negatives: negatives![i]!,
    })),
  }),
  'from formula CirContrastive': ({params, note, tuples}) => {
    const objective = {
      loss: 'contrastive',
      negative_margin: params.margin,
      power: 2,
      distance: {name: 'euclidean', epsilon: 1e-6, normalise: !String(note).includes('used as given')},
      reducer: {name: 'sum'},
    }
    return {spec: {loss: 'multiple', losses: [{weight: 0.5, objective}]}, tuples: queries(tuples!)}
  },
  'from formula CirTriplet': ({params, note, tuples}) => ({
    spec: {
      loss: 'triplet',
      margin: params.margin,
      distance: {name: 'squared', normalise: !String(note).includes('used as given')},
      reducer: {name: 'sum'},
    },
    tuples: queries(tuples!),
  }),
  'from formula Raml_abs': raml(() => ({})),
  'from formula Raml_ts': raml(() => ({absolute: 0, teacher_student: 1})),
  'from formula Raml_ss': raml(() => ({absolute: 0, student_student: 1})),
  'from formula Raml_total': raml(({lambda1, lambda2}) => ({teacher_student: lambda1, student_student: lambda2})),
  'pytorch-metric-learning 0.9.88 ContrastiveLoss': contrastive,
  'pytorch-metric-learning 2.8.1 ContrastiveLoss': contrastive,
  'pytorch-metric-learning 0.9.88 TripletMarginLoss': triplet,
  'pytorch-metric-learning 2.8.1 TripletMarginLoss': triplet,
  'pytorch-metric-learning 0.9.88 MarginLoss': margin,
  'pytorch-metric-learning 2.8.1 MarginLoss': margin,
  'pytorch-metric-learning 0.9.88 SignalToNoiseRatioContrastiveLoss': snrContrastive,
  'pytorch-metric-learning 2.8.1 SignalToNoiseRatioContrastiveLoss': snrContrastive,
  'pytorch-metric-learning 0.9.88 IntraPairVarianceLoss': intraPairVariance,
  'pytorch-metric-learning 2.8.1 IntraPairVarianceLoss': intraPairVariance,
  'pytorch-metric-learning 2.8.1 ThresholdConsistentMarginLoss': ({params}) => ({
    spec: {
      loss: 'threshold-consistent-margin',
      positive_margin: params.margin_plus,
      negative_margin: params.margin_minus,
      positive_weight: params.lambda_plus,
      negative_weight: params.lambda_minus,
    },
  }),
  'pytorch-metric-learning 2.8.1 DynamicSoftMarginLoss': ({id, params}) => ({
    spec: {
      loss: 'dynamic-soft-margin',
      min_value: params.min_val,
      num_bins: params.num_bins,
      momentum: params.momentum,
    },
    calls: Number(/\/call(\d+)\//.exec(id)![1]),
  }),
  'pytorch-metric-learning 0.9.88 AngularLoss': angular,
  'pytorch-metric-learning 2.8.1 AngularLoss': angular,
  'pytorch-metric-learning 0.9.88 TupletMarginLoss': tupletMargin,
  'pytorch-metric-learning 2.8.1 TupletMarginLoss': tupletMargin,
}

function planned(spec: GoldenRun['spec'], triplets: NonNullable<Entry['triplets']>): GoldenRun {
  const tuples = triplets.map(([anchor, positive, negative]) => ({
    anchors: [anchor],
    positives: [positive],
    negatives: [negative],
  }))
  return {spec, tuples}
}

/** A query, its positive and its negatives. */
function queries(tuples: NonNullable<Entry['tuples']>): NonNullable<GoldenRun['tuples']> {
  return tuples.map(([query, positive, ...negatives]) => ({anchors: [query!], positives: [positive!], negatives}))
}

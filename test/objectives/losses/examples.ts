// Settings of every loss that the common properties are checked with: steep ones (scale 64, temperature 0.01) belong into tests of their own.
import {classExamples} from './class-examples.ts'

export interface Example {
  readonly title: string
  readonly spec: {readonly loss: string; readonly [parameter: string]: unknown}
  /** The length of an embedding has a part in the loss. */
  readonly lengthMatters?: boolean
  /** The rows of a batch have a part in the loss beside their class: their order, or which of them come first. */
  readonly orderMatters?: boolean
  /** Its gradient takes factors as constant that depend on the embeddings, so it is not that of its value: checked in a test of its own. */
  readonly constantFactors?: boolean
  /** Rows 2i and 2i + 1 of a batch are views of one image. */
  readonly views?: boolean
  /** A teacher's embeddings stand beside the batch; rows of a class are views of one image. */
  readonly teacher?: boolean
}

export const examples: readonly Example[] = [
  {title: 'triplet loss', spec: {loss: 'triplet', margin: 0.3}},
  {
    title: 'triplet loss on euclidean distances over active triplets',
    spec: {loss: 'triplet', margin: 0.3, distance: {name: 'euclidean'}, reducer: {name: 'active-mean'}},
  },
  {
    title: 'triplet loss on squared distances of embeddings as they are',
    spec: {loss: 'triplet', margin: 0.3, distance: {name: 'squared', normalise: false}},
    lengthMatters: true,
  },
  {title: 'contrastive loss', spec: {loss: 'contrastive', positive_margin: 0.2, negative_margin: 1.3}},
  {
    title: 'triplet loss with swap, smooth',
    spec: {loss: 'triplet', swap: true, smooth: true, distance: {name: 'euclidean'}, reducer: {name: 'active-mean'}},
  },
  {
    title: 'triplet loss on distances with exponent 3, summed by anchor',
    spec: {loss: 'triplet', smooth: true, distance: {name: 'lp', p: 3}, reducer: {name: 'sum-per-anchor'}},
  },
  {
    title: 'triplet loss on distances with exponent 1',
    spec: {loss: 'triplet', margin: 0.3, distance: {name: 'lp', p: 1}},
  },
  {
    title: 'triplet loss on distances by signal-to-noise ratio (Roth et al.)',
    spec: {
      loss: 'triplet',
      margin: 0.2,
      distance: {name: 'snr', normalise: false},
      reducer: {name: 'active-mean'},
      regularizers: [{name: 'zero-mean', weight: 0.005}],
    },
    lengthMatters: true,
  },
  {
    title: 'contrastive loss on distances with a shift, per anchor',
    spec: {
      loss: 'contrastive',
      negative_margin: 1.3,
      power: 2,
      distance: {name: 'euclidean', epsilon: 1e-3},
      reducer: {name: 'per-anchor'},
    },
  },
  {
    title: 'contrastive loss with a penalty on lengths',
    spec: {loss: 'contrastive', regularizers: [{name: 'lp', p: 3, power: 2, weight: 0.1}]},
    lengthMatters: true,
  },
  {title: 'margin loss', spec: {loss: 'margin', margin: 0.1, nu: 0.1}},
  {title: 'margin loss with a boundary per class', spec: {loss: 'margin', beta: 1, per_class: true}},
  {title: 'margin loss by triplets', spec: {loss: 'margin', learn_beta: false, counts: 'triplets'}},
  {
    title: 'signal-to-noise ratio contrastive loss',
    spec: {loss: 'snr-contrastive', positive_margin: 0.3, negative_margin: 1.5, zero_mean: 0.1},
  },
  {title: 'intra-pair variance loss', spec: {loss: 'intra-pair-variance', positive_epsilon: 0.1}},
  {
    title: 'intra-pair variance loss on distances',
    spec: {loss: 'intra-pair-variance', negative_epsilon: 0.1, distance: {name: 'euclidean'}},
  },
  {title: 'threshold-consistent margin loss', spec: {loss: 'threshold-consistent-margin', negative_margin: 0.1}},
  {title: 'tuplet margin loss', spec: {loss: 'tuplet-margin', scale: 4}},
  {title: 'angular loss', spec: {loss: 'angular'}},
  {
    title: 'angular loss with raw negatives',
    spec: {loss: 'angular', alpha: 20, raw_negatives: true},
    lengthMatters: true,
  },
  {title: 'dynamic soft margin loss', spec: {loss: 'dynamic-soft-margin', num_bins: 6}, constantFactors: true},
  {title: 'quadruplet loss', spec: {loss: 'quadruplet', margin: 0.3, second_margin: 0.4}, orderMatters: true},
  {title: 'cross-entropy of distances', spec: {loss: 'cross-entropy-distance', temperature: 0.5}},
  {
    title: 'cross-entropy of similarities',
    spec: {loss: 'cross-entropy-distance', temperature: 0.5, distance: {name: 'similarity'}},
  },
  {
    title: 'resolution-asymmetric distillation',
    spec: {loss: 'raml', teacher_student: 0.8, student_student: 0.7},
    teacher: true,
  },
  {title: 'contrastive loss with a teacher’s distances', spec: {loss: 'contrastive-distillation'}, teacher: true},
  {title: 'relational knowledge distillation', spec: {loss: 'rkd'}, teacher: true},
  {
    title: 'several losses',
    spec: {
      loss: 'multiple',
      losses: [
        {weight: 0.5, objective: {loss: 'margin', regularizers: [{name: 'zero-mean', weight: 0.2}]}},
        {objective: {loss: 'triplet', miner: {name: 'multi-similarity'}}},
      ],
    },
    lengthMatters: true,
  },
  {title: 'SupCon loss', spec: {loss: 'supcon', temperature: 0.2}},
  {title: 'NT-Xent loss', spec: {loss: 'ntxent', temperature: 0.3}},
  {title: 'NT-Xent loss with a floor', spec: {loss: 'ntxent', temperature: 0.3, floor: 0.05}},
  {
    title: 'n-pair loss',
    spec: {loss: 'n-pair', l2: 0.05},
    lengthMatters: true,
    orderMatters: true,
  },
  {
    title: 'n-pair loss of normalised embeddings',
    spec: {loss: 'n-pair', distance: {name: 'similarity', normalise: true}},
    orderMatters: true,
  },
  {title: 'multi-similarity loss', spec: {loss: 'multi-similarity', alpha: 3, beta: 8}},
  {
    title: 'multi-similarity loss on euclidean distances',
    spec: {loss: 'multi-similarity', alpha: 3, beta: 8, base: 1, distance: {name: 'euclidean'}},
  },
  {
    title: 'multi-similarity loss after its miner',
    spec: {loss: 'multi-similarity', alpha: 3, beta: 8, miner: {name: 'multi-similarity', epsilon: 0.2}},
  },
  {title: 'circle loss', spec: {loss: 'circle', gamma: 6}, constantFactors: true},
  {title: 'lifted structure loss', spec: {loss: 'lifted-structure', positive_margin: 0.2}},
  {
    title: 'lifted structure loss on similarities',
    spec: {loss: 'lifted-structure', positive_margin: 0.2, negative_margin: 0.1, distance: {name: 'similarity'}},
  },
  {title: 'generalized lifted structure loss', spec: {loss: 'generalized-lifted-structure', positive_margin: 0.2}},
  {title: 'NCA loss', spec: {loss: 'nca', softmax_scale: 2}},
  {
    title: 'ranked list loss',
    spec: {loss: 'ranked-list', margin: 0.3, positive_temperature: 1, negative_temperature: 3, imbalance: 0.4},
  },
  {title: 'FastAP loss', spec: {loss: 'fastap', num_bins: 4}},
  {title: 'histogram loss', spec: {loss: 'histogram', num_bins: 4}},
  ...['O', 'Ds', 'Dq', 'Iu', 'Ib'].map((variant) => ({
    title: `PNP loss, variant ${variant}`,
    spec: {loss: 'pnp', variant, anneal: 0.2, alpha: 2, b: 3},
  })),
  {title: 'instance loss', spec: {loss: 'instance', gamma: 4}, orderMatters: true},
  {
    title: 'VICReg',
    spec: {loss: 'vicreg', invariance: 2, variance: 5, covariance: 3},
    lengthMatters: true,
    orderMatters: true,
    views: true,
  },
  {
    title: 'NT-Xent loss of views of the same image',
    spec: {loss: 'ntxent', temperature: 0.3, positives: 'image'},
    orderMatters: true,
    views: true,
  },
  ...classExamples,
]

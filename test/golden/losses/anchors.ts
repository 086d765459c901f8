// Losses that look at all other rows of an anchor, or at the whole batch, together.
import type {Case, Entry, Families, GoldenRun} from './entry.ts'

type ToRun = (entry: Entry, data: Case) => GoldenRun

const multiSimilarity: ToRun = ({params, miner}) => ({
  spec: {
    loss: 'multi-similarity',
    ...params,
    ...(miner && {miner: {name: 'multi-similarity', epsilon: miner.epsilon}}),
  },
})
const circle: ToRun = ({params}) => ({spec: {loss: 'circle', margin: params.m, gamma: params.gamma}})
const fastap: ToRun = ({params}) => ({spec: {loss: 'fastap', ...params}})
const nca: ToRun = ({params}) => ({spec: {loss: 'nca', ...params}})
const lifted =
  (loss: string): ToRun =>
  ({params}) => ({spec: {loss, positive_margin: params.pos_margin, negative_margin: params.neg_margin}})
const nPair: ToRun = ({params}) => ({
  spec: {
    loss: 'n-pair',
    l2: 0,
    distance: {name: 'similarity', normalise: params.distance !== 'DotProductSimilarity(normalize_embeddings=False)'},
  },
})

export const anchorFamilies: Families = {
  'from formula DmlbNPair': ({params, tuples, embeddings_scale}, {embeddings}) => ({
    spec: {loss: 'n-pair', l2: params.l2},
    tuples: tuples!.map(([anchor, positive, ...negatives]) => ({
      anchors: [anchor!],
      positives: [positive!],
      negatives,
    })),
    embeddings: embeddings.map((row) => row.map((value) => value * (embeddings_scale as number))),
  }),
  'pytorch-metric-learning 0.9.88 CircleLoss': circle,
  'pytorch-metric-learning 2.8.1 CircleLoss': circle,
  'pytorch-metric-learning 0.9.88 FastAPLoss': fastap,
  'pytorch-metric-learning 2.8.1 FastAPLoss': fastap,
  'pytorch-metric-learning 0.9.88 LiftedStructureLoss': lifted('lifted-structure'),
  'pytorch-metric-learning 2.8.1 LiftedStructureLoss': lifted('lifted-structure'),
  'pytorch-metric-learning 0.9.88 GeneralizedLiftedStructureLoss': lifted('generalized-lifted-structure'),
  'pytorch-metric-learning 2.8.1 GeneralizedLiftedStructureLoss': lifted('generalized-lifted-structure'),
  'pytorch-metric-learning 2.8.1 HistogramLoss': ({params}) => ({spec: {loss: 'histogram', num_bins: params.n_bins}}),
  'pytorch-metric-learning 2.8.1 InstanceLoss': ({params}) => ({spec: {loss: 'instance', ...params}}),
  'pytorch-metric-learning 0.9.88 MultiSimilarityLoss': multiSimilarity,
  'pytorch-metric-learning 2.8.1 MultiSimilarityLoss': multiSimilarity,
  'pytorch-metric-learning 0.9.88 NCALoss': nca,
  'pytorch-metric-learning 2.8.1 NCALoss': nca,
  'pytorch-metric-learning 0.9.88 NPairsLoss': nPair,
  'pytorch-metric-learning 2.8.1 NPairsLoss': nPair,
  'pytorch-metric-learning 0.9.88 NTXentLoss': ({params}) => ({spec: {loss: 'ntxent', ...params, floor: 1e-20}}),
  // The floor is that of float64, in which the numbers were made.
  'pytorch-metric-learning 2.8.1 NTXentLoss': ({params}) => ({
    spec: {loss: 'ntxent', ...params, floor: 2.2250738585072014e-308},
  }),
  'pytorch-metric-learning 2.8.1 PNPLoss': ({params}) => ({spec: {loss: 'pnp', ...params}}),
  'pytorch-metric-learning 2.8.1 RankedListLoss': ({params}) => ({
    spec: {
      loss: 'ranked-list',
      margin: params.margin,
      negative_temperature: params.Tn,
      ...(params.Tp !== undefined && {positive_temperature: params.Tp}),
      ...(params.imbalance !== undefined && {imbalance: params.imbalance}),
      ...(params.alpha !== undefined && {alpha: params.alpha}),
    },
  }),
  'pytorch-metric-learning 2.8.1 SupConLoss': ({params}) => ({spec: {loss: 'supcon', temperature: params.temperature}}),
  'pytorch-metric-learning 2.8.1 VICRegLoss': ({params}, {embeddings}) => ({
    spec: {
      loss: 'vicreg',
      invariance: params.invariance_lambda,
      variance: params.variance_mu,
      covariance: params.covariance_v,
      epsilon: params.eps,
    },
    secondView: embeddings.toReversed().map((row) => row.map((value) => 0.9 * value)),
  }),
}

/** A loss as the Reality Check trained it. */
export interface PublishedOptimum {
  readonly name: string
  readonly objective: Readonly<Record<string, unknown>>
  /** Learning rate of the loss' own weights. */
  readonly weightRate?: number
}

const softTriple = {centers_per_class: 2, la: 78.02, gamma: 58.95, reg_weight: 0.3754, margin: 0.4307}
const multiSimilarity = {alpha: 17.97, beta: 75.66, base: 0.77}

/**
 * The 14 losses of Musgrave, Belongie and Lim 2020, "A Metric Learning Reality Check", with the hyper-parameters that their search
 * found best on CUB. The number of centres of SoftTriple was not searched.
 */
export const publishedOptima: readonly PublishedOptimum[] = [
  {name: 'contrastive', objective: {loss: 'contrastive', positive_margin: -0.20001, negative_margin: 0.3841}},
  {
    name: 'triplet',
    objective: {loss: 'triplet', margin: 0.0961, distance: {name: 'euclidean'}, reducer: {name: 'active-mean'}},
  },
  {name: 'ntxent', objective: {loss: 'ntxent', temperature: 0.0091, floor: 1e-20}},
  {name: 'proxy-nca', objective: {loss: 'proxy-nca', softmax_scale: 13.98}, weightRate: 6.04e-3},
  {name: 'margin', objective: {loss: 'margin', margin: 0.0878, beta: 0.7838}, weightRate: 1.31e-3},
  {
    name: 'margin-class',
    objective: {loss: 'margin', margin: 0.0779, beta: 0.9796, per_class: true},
    weightRate: 2.65e-4,
  },
  {name: 'normalized-softmax', objective: {loss: 'normalized-softmax', temperature: 0.1087}, weightRate: 4.46e-3},
  {name: 'cosface', objective: {loss: 'cosface', margin: 0.6182, scale: 100}, weightRate: 2.53e-3},
  {
    name: 'arcface',
    objective: {loss: 'arcface', margin: 23.22, scale: 100, beyond: 'cosine', cosine_limit: 1e-7},
    weightRate: 5.13e-3,
  },
  {name: 'fastap', objective: {loss: 'fastap', num_bins: 17}},
  {
    name: 'snr-contrastive',
    objective: {loss: 'snr-contrastive', positive_margin: 0.3264, negative_margin: 0.8446, zero_mean: 0.1382},
  },
  {name: 'multi-similarity', objective: {loss: 'multi-similarity', alpha: 0.01, beta: 50.6, base: 0.56}},
  {
    name: 'multi-similarity-miner',
    objective: {loss: 'multi-similarity', ...multiSimilarity, miner: {name: 'multi-similarity', epsilon: 0.39}},
  },
  {name: 'soft-triple', objective: {loss: 'soft-triple', ...softTriple}, weightRate: 5.37e-5},
]

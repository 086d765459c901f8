// Settings of every loss that the common properties are checked with: steep ones (scale 64, temperature 0.01) belong into tests of their own.

export interface Example {
  readonly title: string
  readonly spec: {readonly loss: string; readonly [parameter: string]: unknown}
  /** The length of an embedding has a part in the loss. */
  readonly lengthMatters?: boolean
  /** The rows of a batch have a part in the loss beside their class: their order, or which of them come first. */
  readonly orderMatters?: boolean
  /** Its gradient takes factors as constant that depend on the embeddings, so it is not that of its value: checked in a test of its own. */
  readonly constantFactors?: boolean
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
]

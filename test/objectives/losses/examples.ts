// Settings of every loss that the common properties are checked with: steep ones (scale 64, temperature 0.01) belong into tests of their own.

export interface Example {
  readonly title: string
  readonly spec: {readonly loss: string; readonly [parameter: string]: unknown}
  /** The length of an embedding has a part in the loss. */
  readonly lengthMatters?: boolean
  /** The rows of a batch have a part in the loss beside their class: their order, or which of them come first. */
  readonly orderMatters?: boolean
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
]

/** Several losses at once. Not among the losses themselves: it has no arithmetic of its own, and its parts may not be it again. */
export const multiple = {
  name: 'multiple',
  title: 'Several losses',
  formula: 'sum over losses of weight * objective',
  source:
    'MultipleLosses of pytorch-metric-learning. Every objective has its own distance, reducer, miner and regularizers; weights of loss number i are named loss.i.…',
} as const

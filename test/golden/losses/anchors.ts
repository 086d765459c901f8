// Losses that look at all other rows of an anchor together.
import type {Families} from './entry.ts'

export const anchorFamilies: Families = {
  'pytorch-metric-learning 2.8.1 SupConLoss': ({params}) => ({spec: {loss: 'supcon', temperature: params.temperature}}),
}

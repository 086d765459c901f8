import type {RetrievalName} from './names.ts'
import {averagePrecisionOfFound, mapAtRClipped} from './retrieval/average-precision.ts'
import type {QueryMetric} from './retrieval/metric.ts'
import {precisionOfPossible, precisionUpToLast} from './retrieval/precision.ts'
import {trapezoidalPrecisionAtK} from './retrieval/trapezoid.ts'

export const conventionNames = ['exact', 'lab', 'roth', 'pml-0.9.88', 'pml-2.8.1', 'raml', 'rev', 'oml'] as const

export type ConventionName = (typeof conventionNames)[number]

/** How the mean of two entropies is taken that mutual information is divided by. */
export type Averaging = 'arithmetic' | 'geometric' | 'max' | 'min'

/** What a paper's code does where others do something else. */
export interface Convention {
  /** The code that is followed. */
  readonly source: string
  /**
   * How a query is kept from finding itself. first-column: the nearest of the whole ranking is dropped, whatever it is; an exact
   * duplicate with a smaller id is then dropped in its place, and the query stays in its own ranking as a hit.
   */
  readonly self: 'by-id' | 'first-column'
  /** Queries without a relevant image: left out of means, or counted with the value 0. */
  readonly withoutRelevant: 'left-out' | 'missed'
  /** Metrics that leave such queries out although the convention counts them. */
  readonly except?: readonly RetrievalName[]
  /** Neighbours looked at, at most. */
  readonly depth?: number
  readonly nmi: Averaging
  readonly ami: Averaging
  /** Own formulas; k is 0 where the name has none. */
  readonly formulas: Partial<Record<RetrievalName, (k: number) => QueryMetric>>
}

const exact: Convention = {
  source: 'exact neighbours, ties by ascending id',
  self: 'by-id',
  withoutRelevant: 'left-out',
  nmi: 'arithmetic',
  ami: 'arithmetic',
  formulas: {},
}

export const conventions: Readonly<Record<ConventionName, Convention>> = {
  exact,
  lab: {
    ...exact,
    source: 'the ResNet18 triplet lab, dml.py: second column of a sorted distance matrix',
    self: 'first-column',
    withoutRelevant: 'missed',
  },
  roth: {
    ...exact,
    source: 'Deep-Metric-Learning-Baselines, auxiliaries.py, with scikit-learn 0.20',
    self: 'first-column',
    withoutRelevant: 'missed',
    nmi: 'geometric',
    ami: 'max',
  },
  'pml-0.9.88': {
    ...exact,
    source: 'pytorch-metric-learning 0.9.88, utils/accuracy_calculator.py ("A Metric Learning Reality Check")',
    self: 'first-column',
    // faiss on a GPU hands back no more than 1,024 neighbours, of which one is dropped
    depth: 1023,
    formulas: {map_at_r: () => mapAtRClipped},
  },
  'pml-2.8.1': {...exact, source: 'pytorch-metric-learning 2.8.1, utils/accuracy_calculator.py'},
  raml: {
    ...exact,
    source: 'resolution-asymmetric metric learning, lib/utils/evaluate.py (after cnnimageretrieval)',
    formulas: {precision_at_k: precisionUpToLast, map_at_k: trapezoidalPrecisionAtK},
  },
  rev: {
    ...exact,
    source: 'Revisiting Deep Metric Learning, metrics/',
    withoutRelevant: 'missed',
  },
  oml: {
    ...exact,
    source: 'open-metric-learning, oml/functional/metrics.py',
    withoutRelevant: 'missed',
    except: ['precision_at_1', 'precision_at_k'],
    formulas: {precision_at_k: precisionOfPossible, map_at_k: averagePrecisionOfFound},
  },
}

import type {DescriptorSet} from '../../lib/engine/nearest/sets.ts'

/** Queries and what they are looked for among; the same object where a set is searched in itself. */
export interface TestSet {
  /** Empty where there is one. */
  readonly name: string
  readonly queries: DescriptorSet
  readonly references: DescriptorSet
}

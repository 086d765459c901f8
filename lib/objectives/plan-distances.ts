import type {DescriptorSet} from '../engine/nearest/sets.ts'
import {distanceBetween} from './neighbours/distance.ts'
import type {Plan} from './plan.ts'

/**
 * Euclidean distance of every positive and negative of a plan to its anchor, by the descriptors that the plan was made with;
 * NaN for anchors and members, and everywhere when there were no descriptors.
 */
export function distancesToAnchors(
  {step, group, role, image}: Plan,
  descriptors: DescriptorSet | undefined,
): Float32Array {
  const distances = new Float32Array(step.length).fill(Number.NaN)
  if (descriptors === undefined) return distances
  const rowOf = new Map(Array.from(descriptors.id, (id, row) => [id, row]))
  const anchors = new Map<string, number>()
  for (let row = 0; row < step.length; row++) {
    if (role[row] === 'anchor') anchors.set(`${step[row]} ${group[row]}`, rowOf.get(image[row]!)!)
  }
  for (let row = 0; row < step.length; row++) {
    if (role[row] !== 'positive' && role[row] !== 'negative') continue
    const anchor = anchors.get(`${step[row]} ${group[row]}`)!
    distances[row] = distanceBetween(descriptors, anchor, rowOf.get(image[row]!)!)
  }
  return distances
}

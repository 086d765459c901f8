import type {Slot} from './sampler.ts'

/** The slots of a batch of classes: every group is images that were drawn together from one class. */
export function membersOf(groups: readonly (readonly number[])[]): Slot[] {
  return groups.flatMap((images, group) => images.map((image): Slot => ({group, role: 'member', image})))
}

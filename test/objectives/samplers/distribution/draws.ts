import type {Slot} from '../../../../lib/objectives/samplers/sampler.ts'
import type {Sample} from '../chi-square.ts'
import {groupsOf, type imagesOf, labelOf} from '../fixtures.ts'

/** One sample for each value of what the draws depend on. */
export function byCondition(
  draws: readonly {given: string; drawn: string}[],
  chances: (given: string) => ReadonlyMap<string, number>,
): Sample[] {
  const groups = new Map<string, string[]>()
  for (const {given, drawn} of draws) groups.set(given, [...(groups.get(given) ?? []), drawn])
  return [...groups].map(([given, drawn]) => ({drawn, chances: chances(given)}))
}

/** Class of a group. */
export const classOf = (images: ReturnType<typeof imagesOf>, slots: readonly Slot[]) => labelOf(images)(slots[0]!.image)

/** Images of a group: `4 7`. */
export const idsOf = (slots: readonly Slot[]) => slots.map(({image}) => image).join(' ')

/** Classes of the groups of a batch: `100 102`. */
export const classesOf = (images: ReturnType<typeof imagesOf>, batch: readonly Slot[]) =>
  groupsOf(batch)
    .map((group) => classOf(images, group))
    .join(' ')

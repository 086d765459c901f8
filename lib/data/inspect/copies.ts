import {type DuplicateGroup, findDuplicates, nameGroups} from '../duplicates.ts'
import type {DataSet} from '../formats/data-set.ts'
import type {Split} from '../splits/plan.ts'
import {enumerate} from '../wording.ts'
import type {Finding} from './finding.ts'

/** Files with the same bytes: in two sets, in two classes, or only twice. */
export function describeCopies({path, label}: DataSet, sha256: readonly string[], split: readonly Split[]): Finding[] {
  const bySet = findDuplicates(sha256, path, split)
  const byClass = findDuplicates(sha256, path, label.map(String))
  if (bySet.length === 0) return [{what: 'copies', found: 'no two files have the same bytes', grade: 'ok'}]
  const leaks = bySet.filter(({within}) => within.filter((set) => set !== 'unused').length > 1)
  const torn = byClass.filter(({within}) => within.length > 1)
  const others = bySet.filter((_, i) => !leaks.includes(bySet[i]!) && !torn.includes(byClass[i]!))
  return [
    ...describe(leaks, 'LEAK', 'the same picture is trained on and measured, or in two sets', {
      grade: 'warning',
      advice: 'Remove one of each: what is measured on them is memory, and the numbers are too good.',
    }),
    ...describe(torn, 'labels', 'the same picture is in two classes', {
      grade: 'warning',
      advice: 'At most one of the classes is right: remove the others.',
    }),
    ...describe(others, 'copies', 'the same bytes more than once', {grade: 'ok'}),
  ]
}

function describe(
  groups: readonly DuplicateGroup[],
  what: string,
  sentence: string,
  rest: Pick<Finding, 'grade' | 'advice'>,
): Finding[] {
  if (groups.length === 0) return []
  const items = nameGroups(groups)
  return [{what, found: enumerate(sentence, items), ...rest, items}]
}

import {type DataParameters, namedRanges} from '../parameters.ts'
import {contains, formatRanges} from '../ranges.ts'
import {type LabelledImages, type PlannedSet, type SetName, type SplitPlan, setNames} from './plan.ts'

interface NumberedSet extends PlannedSet {
  readonly holds: (label: number) => boolean
}

/** Classes are named by their numbers (protocols lab, classes, modulo) or counted off (halves, thirds); what is in no set is unused. */
export function planByNumber(data: DataParameters, {label}: LabelledImages): SplitPlan {
  const sets = data.protocol === 'halves' || data.protocol === 'thirds' ? countOff(data.protocol, label) : name(data)
  const setOf = new Map<number, SetName | undefined>()
  for (const own of label) {
    if (!setOf.has(own)) setOf.set(own, sets.find(({holds}) => holds(own))?.name)
  }
  return {split: label.map((own) => setOf.get(own) ?? 'unused'), sets, notes: []}
}

function countOff(protocol: 'halves' | 'thirds', label: readonly number[]): NumberedSet[] {
  const parts = protocol === 'halves' ? 2 : 3
  const present = [...new Set(label)].sort((a, b) => a - b)
  const position = new Map(present.map((own, place) => [own, place]))
  const bound = (part: number) => Math.floor((part * present.length) / parts)
  return setNames.slice(0, parts).map((name, part) => ({
    name,
    title: `${name} (protocol ${protocol})`,
    named: [],
    holds: (own) => bound(part) <= position.get(own)! && position.get(own)! < bound(part + 1),
  }))
}

function name(data: DataParameters): NumberedSet[] {
  const ranges = namedRanges(data)
  return setNames.map((name) => {
    const chosen = ranges[name]
    const text = formatRanges(chosen)
    if (data.protocol !== 'modulo')
      return {name, title: `${name} (${text})`, named: chosen, holds: (own) => contains(chosen, own)}
    const modulo = data.modulo!
    const title = `${name} (class modulo ${modulo} = ${text})`
    return {name, title, named: [], holds: (own) => contains(chosen, own % modulo)}
  })
}

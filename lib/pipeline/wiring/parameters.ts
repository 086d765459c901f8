import {didYouMean} from '../did-you-mean.ts'
import type {Pipeline, StageEntry} from '../pipeline-file.ts'
import {lookUp, referencesIn} from '../references.ts'
import type {Values} from '../stage.ts'
import {startsWith, type TreePath, valueAt} from '../tree.ts'
import type {Fault, Section} from './fault.ts'

export function checkParams(
  path: TreePath,
  entry: StageEntry,
  params: Values,
  {inLoop}: Section,
  {loop}: Pipeline,
): Fault[] {
  const turn = inLoop ? {[loop.name]: loop.from} : {}
  const ends = endReferences(loop.to)
  const known = Object.keys(params)
  const declared = entry.params.flatMap((name, i): Fault[] => {
    const place = [...path, 'params', i]
    if (valueAt(params, name.split('.')) === undefined)
      return [{path: place, text: `params has no ${name}${nearest(name, params)}`}]
    return ends.some((end) => startsWith(end, name.split('.')))
      ? [{path: place, text: lateEpochs(name, loop.name)}]
      : []
  })
  const clashes = Object.keys(entry.with).filter((name) => entry.params.some((each) => each.split('.')[0] === name))
  const references = referencesIn(entry.with).flatMap(({path: at, name}): Fault[] => {
    const place = [...path, 'with', ...at]
    if (lookUp(name, {params, turn}) === undefined) {
      const hint = name.startsWith('params.')
        ? nearest(name.slice(7), params)
        : didYouMean(name, ['params', ...Object.keys(turn), ...known])
      return [{path: place, text: `\${${name}} names nothing${hint}`}]
    }
    const late = name.startsWith('params.') && ends.some((end) => startsWith(end, name.split('.').slice(1)))
    return late ? [{path: place, text: lateEpochs(name, loop.name)}] : []
  })
  const taken = clashes.map((name) => ({
    path: [...path, 'with', name],
    part: 'key' as const,
    text: `${name} is already a parameter of this stage`,
  }))
  return [...declared, ...taken, ...references]
}

export function checkEnd({loop}: Pipeline, params: Values): Fault[] {
  const path: TreePath = ['loop', 'to']
  if (typeof loop.to === 'number') return []
  const [reference] = referencesIn(loop.to)
  const end = reference === undefined ? undefined : lookUp(reference.name, {params, turn: {}})
  if (typeof end === 'number' && Number.isInteger(end) && end >= 0) return []
  return [{path, text: `to must be a whole number or \${params.…} that names one, got ${JSON.stringify(loop.to)}`}]
}

/** Parameters that say how far the loop goes. */
export function endReferences(to: number | string): TreePath[] {
  return referencesIn(to).map(({name}) => name.split('.').slice(1))
}

/** Suggests among the names on the level where a dotted path leaves the known ones. */
function nearest(name: string, params: Values): string {
  const steps = name.split('.')
  const depth = steps.findIndex((_, i) => valueAt(params, steps.slice(0, i + 1)) === undefined)
  const level = valueAt(params, steps.slice(0, depth))
  return typeof level === 'object' && level !== null ? didYouMean(steps[depth]!, Object.keys(level)) : ''
}

function lateEpochs(name: string, turn: string): string {
  return `no stage may read ${name}: asking for more turns of ${turn} would change what is already computed`
}

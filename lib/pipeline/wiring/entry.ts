import {didYouMean} from '../did-you-mean.ts'
import type {OutputReference, Pipeline, StageEntry} from '../pipeline-file.ts'
import type {StageDefinition} from '../stage.ts'
import type {TreePath} from '../tree.ts'
import {checkReference, type Fault, findOwn, kindOf, type Section, spell} from './fault.ts'

export function checkOutputs(path: TreePath, entry: StageEntry, definition: StageDefinition): Fault[] {
  const named = Object.entries(entry.out).flatMap(([name, kind]): Fault[] => {
    const known = findOwn(definition.outputs, name)
    if (known === undefined) {
      return [
        {
          path: [...path, 'out', name],
          part: 'key',
          text: `there is no output ${name}${didYouMean(name, Object.keys(definition.outputs))}`,
        },
      ]
    }
    return known === kind
      ? []
      : [{path: [...path, 'out', name], text: `output ${name} is of kind ${known}, got ${kind}`}]
  })
  const missing = Object.entries(definition.outputs).filter(([name]) => !Object.hasOwn(entry.out, name))
  return [
    ...named,
    ...missing.map(([name, kind]) => ({
      path: [...path, 'out'],
      text: `output ${name} is missing: add ${name}: ${kind}`,
    })),
  ]
}

/** Values written under `with`; a reference to a parameter was checked with the parameters. */
export function checkChoices(path: TreePath, entry: StageEntry, {choices = {}}: StageDefinition): Fault[] {
  return Object.entries(choices).flatMap(([name, allowed]): Fault[] => {
    const value = entry.with[name]
    const isLegal = typeof value === 'string' && (value.startsWith('${') || allowed.includes(value))
    if (value === undefined || isLegal) return []
    return [{path: [...path, 'with', name], text: `must be ${allowed.join(', ')}, got ${JSON.stringify(value)}`}]
  })
}

export function checkInputs(
  path: TreePath,
  entry: StageEntry,
  definition: StageDefinition,
  section: Section,
  pipeline: Pipeline,
): Fault[] {
  const named = Object.entries(entry.in).flatMap(([name, reference]): Fault[] => {
    const input = findOwn(definition.inputs, name)
    if (input === undefined) {
      return [
        {
          path: [...path, 'in', name],
          part: 'key',
          text: `there is no input ${name}${didYouMean(name, Object.keys(definition.inputs))}`,
        },
      ]
    }
    const place = [...path, 'in', name]
    const found = section.inLoop
      ? resolveCarry(place, reference, pipeline, section)
      : {reference, visible: section.visible}
    if ('faults' in found) return found.faults
    const faults = checkReference(place, found.reference, found.visible)
    if (faults.length > 0) return faults
    const kind = kindOf(found.visible, found.reference)
    return kind === input.kind
      ? []
      : [{path: place, text: `input ${name} wants kind ${input.kind}, but ${spell(reference)} is of kind ${kind}`}]
  })
  const missing = Object.entries(definition.inputs).filter(
    ([name, {needed}]) => !Object.hasOwn(entry.in, name) && needed === undefined,
  )
  return [
    ...named,
    ...missing.map(([name, {kind}]) => ({
      path,
      part: 'key' as const,
      text: `input ${name} is missing: add ${name} (kind ${kind}) to in`,
    })),
  ]
}

/** `carry.model` is what next names; its kind is the same from the first turn on. */
function resolveCarry(
  path: TreePath,
  reference: OutputReference,
  {stages, loop}: Pipeline,
  {visible}: Section,
): {reference: OutputReference; visible: Section['visible']} | {faults: Fault[]} {
  if (reference.stage !== 'carry') {
    const other = findOwn({...loop.advance, ...loop.measure}, reference.stage)
    if (findOwn(visible, reference.stage) !== undefined || other === undefined) return {reference, visible}
    return {
      faults: [{path, text: `${reference.stage} is in the other half of the loop: hand its output over in carry`}],
    }
  }
  const carry = findOwn(loop.carry, reference.output)
  if (carry !== undefined) return {reference: carry.next, visible: {...stages, ...loop.advance, ...loop.measure}}
  return {
    faults: [{path, text: `carry has no ${reference.output}${didYouMean(reference.output, Object.keys(loop.carry))}`}],
  }
}

export function checkKeep(path: TreePath, entry: StageEntry, {inLoop}: Section, {loop}: Pipeline): Fault[] {
  if (!inLoop && Object.keys(entry.keep).length > 0)
    return [{path: [...path, 'keep'], part: 'key', text: 'only stages of the loop have epochs to choose from'}]
  return Object.entries(entry.keep).flatMap(([output, {best}]): Fault[] => {
    const place = [...path, 'keep', output]
    if (!Object.hasOwn(entry.out, output)) {
      return [
        {path: place, part: 'key', text: `there is no output ${output}${didYouMean(output, Object.keys(entry.out))}`},
      ]
    }
    if (best === undefined) return []
    const judge = findOwn(loop.measure, best.stage)
    if (judge !== undefined && Object.values(judge.out).includes('metrics')) return []
    const judges = Object.entries(loop.measure).flatMap(([name, {out}]) =>
      Object.values(out).includes('metrics') ? [name] : [],
    )
    return [
      {
        path: [...place, 'best'],
        text: `${best.stage} is no stage of loop.measure with metrics${didYouMean(best.stage, judges)}`,
      },
    ]
  })
}

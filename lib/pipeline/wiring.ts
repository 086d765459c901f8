import {didYouMean} from './did-you-mean.ts'
import type {OutputReference, Pipeline, StageEntry} from './pipeline-file.ts'
import {lookUp, referencesIn} from './references.ts'
import type {Catalogue, StageDefinition, Values} from './stage.ts'
import {startsWith, type TreePath, valueAt} from './tree.ts'

/** Something in pipeline.yaml that refers to nothing, or to the wrong thing. */
export interface Fault {
  readonly path: TreePath
  readonly part?: 'key'
  readonly text: string
}

/** A part of the pipeline and what its stages may read from. */
interface Section {
  readonly path: TreePath
  readonly entries: Readonly<Record<string, StageEntry>>
  /** Stages whose outputs are there at the same turn. */
  readonly visible: Readonly<Record<string, StageEntry>>
  readonly inLoop: boolean
}

/**
 * Checks every name in pipeline.yaml against the catalogue, the other stages and the parameters (which are left out while they
 * have problems of their own).
 */
export function checkWiring(pipeline: Pipeline, catalogue: Catalogue, params: Values | undefined): Fault[] {
  const {stages, loop} = pipeline
  const sections: Section[] = [
    {path: ['stages'], entries: stages, visible: stages, inLoop: false},
    {path: ['loop', 'advance'], entries: loop.advance, visible: {...stages, ...loop.advance}, inLoop: true},
    {path: ['loop', 'measure'], entries: loop.measure, visible: {...stages, ...loop.measure}, inLoop: true},
  ]
  return [
    ...checkNames(sections),
    ...checkCarry(pipeline),
    ...sections.flatMap((section) =>
      Object.entries(section.entries).flatMap(([name, entry]) => {
        const path = [...section.path, name]
        const definition = findOwn(catalogue.stages, entry.run ?? name)
        if (definition === undefined) return [unknownStage(path, entry, name, catalogue)]
        return [
          ...checkOutputs(path, entry, definition),
          ...checkChoices(path, entry, definition),
          ...checkInputs(path, entry, definition, section, pipeline),
          ...checkKeep(path, entry, section, pipeline),
          ...(params === undefined ? [] : checkParams(path, entry, params, section, pipeline)),
        ]
      }),
    ),
    ...(params === undefined ? [] : checkEnd(pipeline, params)),
    ...checkCycles(pipeline),
  ]
}

/** Values written under `with`; a reference to a parameter was checked with the parameters. */
function checkChoices(path: TreePath, entry: StageEntry, {choices = {}}: StageDefinition): Fault[] {
  return Object.entries(choices).flatMap(([name, allowed]): Fault[] => {
    const value = entry.with[name]
    const isLegal = typeof value === 'string' && (value.startsWith('${') || allowed.includes(value))
    if (value === undefined || isLegal) return []
    return [{path: [...path, 'with', name], text: `must be ${allowed.join(', ')}, got ${JSON.stringify(value)}`}]
  })
}

function checkNames(sections: readonly Section[]): Fault[] {
  const seen = new Set(['carry', 'params'])
  return sections.flatMap(({path, entries}) =>
    Object.keys(entries).flatMap((name): Fault[] => {
      if (!seen.has(name)) {
        seen.add(name)
        return []
      }
      return [
        {
          path: [...path, name],
          part: 'key',
          text: `the name ${name} is taken: every stage needs its own, add run: for what it runs`,
        },
      ]
    }),
  )
}

function unknownStage(path: TreePath, entry: StageEntry, name: string, catalogue: Catalogue): Fault {
  const wanted = entry.run ?? name
  const place = entry.run === undefined ? {path, part: 'key' as const} : {path: [...path, 'run']}
  return {...place, text: `there is no stage ${wanted}${didYouMean(wanted, Object.keys(catalogue.stages))}`}
}

function checkCarry({stages, loop}: Pipeline): Fault[] {
  const turning = {...loop.advance, ...loop.measure}
  return Object.entries(loop.carry).flatMap(([name, {first, next}]) => {
    const path: TreePath = ['loop', 'carry', name]
    const faults = [
      ...(first === undefined ? [] : checkReference([...path, 'first'], first, stages)),
      ...checkReference([...path, 'next'], next, turning),
    ]
    if (faults.length > 0 || first === undefined) return faults
    const [before, after] = [kindOf(stages, first), kindOf(turning, next)]
    return before === after
      ? []
      : [{path: [...path, 'next'], text: `${spell(next)} is of kind ${after}, but first is of kind ${before}`}]
  })
}

function checkOutputs(path: TreePath, entry: StageEntry, definition: StageDefinition): Fault[] {
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

function checkInputs(
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

function checkReference(
  path: TreePath,
  {stage, output}: OutputReference,
  visible: Readonly<Record<string, StageEntry>>,
): Fault[] {
  const entry = findOwn(visible, stage)
  if (entry === undefined)
    return [{path, text: `there is no stage ${stage} here${didYouMean(stage, Object.keys(visible))}`}]
  if (Object.hasOwn(entry.out, output)) return []
  return [{path, text: `${stage} has no output ${output}${didYouMean(output, Object.keys(entry.out))}`}]
}

function checkKeep(path: TreePath, entry: StageEntry, {inLoop}: Section, {loop}: Pipeline): Fault[] {
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

function checkParams(path: TreePath, entry: StageEntry, params: Values, {inLoop}: Section, {loop}: Pipeline): Fault[] {
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

function checkEnd({loop}: Pipeline, params: Values): Fault[] {
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

/** A stage must not wait for itself. What is carried into `advance` is from the turn before and cannot close a circle. */
function checkCycles({stages, loop}: Pipeline): Fault[] {
  const readers: Record<string, {path: TreePath; reads: string[]}> = {}
  const add = (
    path: TreePath,
    entries: Readonly<Record<string, StageEntry>>,
    carried: (output: string) => string[],
  ) => {
    for (const [name, entry] of Object.entries(entries)) {
      const reads = Object.values(entry.in).flatMap(({stage, output}) =>
        stage === 'carry' ? carried(output) : [stage],
      )
      readers[name] = {path: [...path, name], reads}
    }
  }
  const next = (output: string) => loop.carry[output]?.next.stage ?? []
  add(['stages'], stages, () => [])
  add(['loop', 'advance'], loop.advance, () => [])
  add(['loop', 'measure'], loop.measure, (output) => [next(output)].flat())
  const done = new Set<string>()
  const visit = (name: string, trail: readonly string[]): Fault[] => {
    if (trail.includes(name)) {
      const circle = [...trail.slice(trail.indexOf(name)), name]
      return [
        {
          path: readers[name]!.path,
          part: 'key',
          text: `stages wait for each other in a circle: ${circle.join(' reads ')}`,
        },
      ]
    }
    if (done.has(name)) return []
    done.add(name)
    return (readers[name]?.reads ?? []).flatMap((each) => visit(each, [...trail, name]))
  }
  return Object.keys(readers).flatMap((name) => visit(name, []))
}

function kindOf(entries: Readonly<Record<string, StageEntry>>, {stage, output}: OutputReference): string | undefined {
  return entries[stage]?.out[output]
}

function spell({stage, output}: OutputReference): string {
  return `${stage}.${output}`
}

function findOwn<T>(entries: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(entries, name) ? entries[name] : undefined
}

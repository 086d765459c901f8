import {didYouMean} from './did-you-mean.ts'
import type {Pipeline, StageEntry} from './pipeline-file.ts'
import type {Catalogue, Values} from './stage.ts'
import type {TreePath} from './tree.ts'
import {checkChoices, checkInputs, checkKeep, checkOutputs} from './wiring/entry.ts'
import {checkReference, type Fault, findOwn, kindOf, type Section, spell} from './wiring/fault.ts'
import {checkEnd, checkParams} from './wiring/parameters.ts'

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

import {canonicalJson} from './canonical.ts'
import {show} from './complaint.ts'
import type {KeyRecord} from './key.ts'
import type {Refs} from './runs.ts'
import {type Manifest, readManifests} from './store.ts'
import {leavesOf} from './tree.ts'

/** Why a node is not a hit, told by what was computed before. */
export interface History {
  /** What changed against the node's record in this run, else the most alike one that any run has of it. Inputs in `unknown` do not count. */
  explain(node: string, record: KeyRecord, unknown: readonly string[]): string
  /** Whether some entry has this record, whatever the inputs in `unknown` are: then they may come out so that it is a hit. */
  mayHit(record: KeyRecord, unknown: readonly string[]): boolean
}

/** Reads the store's manifests when the first question comes (a run of hits asks none). */
export function openHistory(artifacts: string, refs: Refs): History {
  let all: Manifest[] | undefined
  const ofStage = (stage: string) => {
    all ??= readManifests(artifacts)
    return all.filter(({record}) => record.stage === stage)
  }
  return {
    explain: (node, record, unknown) => {
      const candidates = ofStage(record.stage)
      const before =
        candidates.find(({key}) => key === refs[node]) ??
        nearest(
          candidates.filter((each) => each.node === node),
          record,
          unknown,
        )
      if (before === undefined) return refs[node] === undefined ? 'never computed' : 'no longer in the store'
      return summarise(differences(before.record, record, unknown))
    },
    mayHit: (record, unknown) =>
      ofStage(record.stage).some((each) => differences(each.record, record, unknown).length === 0),
  }
}

function nearest(candidates: readonly Manifest[], record: KeyRecord, unknown: readonly string[]): Manifest | undefined {
  const ranked = candidates.map((each) => ({each, distance: differences(each.record, record, unknown).length}))
  ranked.sort((a, b) => a.distance - b.distance || (a.each.startedAt < b.each.startedAt ? 1 : -1))
  return ranked[0]?.each
}

function summarise(texts: readonly string[]): string {
  if (texts.length === 0) return 'no longer in the store'
  const rest = texts.length - 3
  return texts.slice(0, 3).join(', ') + (rest > 0 ? ` and ${rest} more` : '')
}

/** Every difference between two records as a few words; inputs in `ignored` do not count. */
export function differences(before: KeyRecord, after: KeyRecord, ignored: readonly string[]): string[] {
  const known = ([name]: readonly [string, unknown]) => !ignored.includes(name)
  return [
    ...changes(leavesOf(before.values), leavesOf(after.values), (name, a, b) => `${name} ${arrow(a, b)}`),
    ...changes(Object.entries(before.external), Object.entries(after.external), (name) => `${name}: its files changed`),
    ...changes(Object.entries(before.code), Object.entries(after.code), describeCode),
    ...changes(
      Object.entries(before.numerics),
      Object.entries(after.numerics),
      (name, a, b) => `${name} ${arrow(a, b)}`,
    ),
    ...changes(
      Object.entries(before.inputs).filter(known),
      Object.entries(after.inputs).filter(known),
      (name) => `input ${name} changed`,
    ),
  ]
}

type Describe = (name: string, before: unknown, after: unknown) => string

function changes(
  before: readonly (readonly [string, unknown])[],
  after: readonly (readonly [string, unknown])[],
  describe: Describe,
): string[] {
  const [old, now] = [new Map(before), new Map(after)]
  const names = [...new Set([...old.keys(), ...now.keys()])].filter(
    (name) => canonicalJson(old.get(name)) !== canonicalJson(now.get(name)),
  )
  return names.map((name) => describe(name, old.get(name), now.get(name)))
}

function arrow(before: unknown, after: unknown): string {
  if (before === undefined) return `set to ${show(after)}`
  return after === undefined ? 'removed' : `${show(before)} -> ${show(after)}`
}

function describeCode(name: string, before: unknown, after: unknown): string {
  if (name.startsWith('npm:')) return `package ${name.slice(4)} ${arrow(before, after)}`
  return `code ${name} ${before === undefined ? 'joined' : after === undefined ? 'left' : 'changed'}`
}

import {canonicalJson} from './canonical.ts'
import {show} from './complaint.ts'
import type {KeyRecord} from './key.ts'
import {listRuns, type Refs, readRefs} from './runs.ts'
import {type Manifest, readManifests} from './store.ts'
import {leavesOf} from './tree.ts'

/** Why a node is not a hit, told by what was computed before. */
export interface History {
  /**
   * What changed against the node's record in this run, else the most alike one that any run has of it. Inputs in `unknown` do not
   * count.
   */
  explain(node: string, record: KeyRecord, unknown: readonly string[]): string
  /** Whether the node had this record before, whatever the inputs in `unknown` are: then they may come out so that it is a hit. */
  mayHit(node: string, record: KeyRecord, unknown: readonly string[]): boolean
}

/** Reads the store's manifests when the first question comes (a run of hits asks none). */
export function openHistory(artifacts: string, run: string): History {
  let past: Past | undefined
  const ofNode = (node: string) => {
    past ??= readPast(artifacts)
    const keys = new Set(past.refs.map((refs) => refs[node]))
    return past.manifests.filter((each) => each.node === node || keys.has(each.key))
  }
  return {
    explain: (node, record, unknown) => {
      const candidates = ofNode(node)
      const own = readRefs(artifacts, run)[node]
      const before = candidates.find(({key}) => key === own) ?? nearest(candidates, record, unknown)
      if (before === undefined) return own === undefined ? 'never computed' : 'no longer in the store'
      return summarise(differences(before.record, record, unknown))
    },
    mayHit: (node, record, unknown) =>
      ofNode(node).some((each) => differences(each.record, record, unknown).length === 0),
  }
}

interface Past {
  readonly manifests: readonly Manifest[]
  /** Of every run. */
  readonly refs: readonly Refs[]
}

function readPast(artifacts: string): Past {
  return {
    manifests: readManifests(artifacts),
    refs: listRuns(artifacts).map((run) => readRefs(artifacts, run)),
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

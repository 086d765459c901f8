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
  const ask = () => {
    past ??= readPast(artifacts, run)
    return past
  }
  const ofNode = (node: string) => [...(ask().ofNode.get(node) ?? [])]
  return {
    explain: (node, record, unknown) => {
      const candidates = ofNode(node)
      const own = ask().own[node]
      const before = candidates.find(({key}) => key === own) ?? nearest(candidates, record, unknown)
      if (before === undefined) return own === undefined ? 'never computed' : 'no longer in the store'
      return summarise(differences(before.record, record, unknown))
    },
    mayHit: (node, record, unknown) =>
      ofNode(node).some((each) => differences(each.record, record, unknown).length === 0),
  }
}

interface Past {
  /** What any run computed as a node, or found for it. */
  readonly ofNode: ReadonlyMap<string, ReadonlySet<Manifest>>
  readonly own: Refs
}

/** Sorted by node once: after a change of code every node of a long run asks. */
function readPast(artifacts: string, run: string): Past {
  const ofNode = new Map<string, Set<Manifest>>()
  const add = (node: string, manifest: Manifest) => {
    const known = ofNode.get(node) ?? new Set()
    ofNode.set(node, known.add(manifest))
  }
  const byKey = new Map(readManifests(artifacts).map((manifest) => [manifest.key, manifest]))
  for (const manifest of byKey.values()) add(manifest.node, manifest)
  for (const refs of listRuns(artifacts).map((each) => readRefs(artifacts, each))) {
    for (const [node, key] of Object.entries(refs)) {
      const manifest = byKey.get(key)
      if (manifest !== undefined) add(node, manifest)
    }
  }
  return {ofNode, own: readRefs(artifacts, run)}
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

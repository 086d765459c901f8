import {join} from 'node:path'
import {readRefs} from '../../pipeline/runs.ts'
import {findEntry, type Manifest} from '../../pipeline/store.ts'
import {epochOf} from '../progress/view.ts'

/** A node of the run that is in the store. */
export interface StoredNode {
  readonly node: string
  readonly epoch?: number
  readonly key: string
  readonly manifest: Manifest
  /** Files that are there, by the kind of output: `{queries: '/…/queries.arrow'}`. */
  readonly files: Readonly<Record<string, string>>
}

/** Everything of a run that is in the store, by epoch, then name. */
export function listStored(artifacts: string, run: string): StoredNode[] {
  const nodes = Object.entries(readRefs(artifacts, run)).flatMap(([node, key]): StoredNode[] => {
    const entry = findEntry(artifacts, key)
    if (entry.state !== 'present') return []
    const there = Object.entries(entry.manifest.outputs).filter(([output]) => !entry.dropped.includes(output))
    const files = Object.fromEntries(there.map(([, {kind, file}]) => [kind, join(entry.folder, file)]))
    const epoch = epochOf(node)
    return [{node, key, manifest: entry.manifest, files, ...(epoch === undefined ? {} : {epoch})}]
  })
  return nodes.sort((a, b) => (a.epoch ?? -1) - (b.epoch ?? -1) || (a.node < b.node ? -1 : 1))
}

/** The file of a kind at an epoch (undefined: outside the loop), of a split where one is named. */
export function findFile(
  nodes: readonly StoredNode[],
  kind: string,
  epoch: number | undefined,
  split?: string,
): string | undefined {
  const fits = (node: StoredNode) =>
    node.epoch === epoch &&
    node.files[kind] !== undefined &&
    (split === undefined || node.manifest.record.values.split === split)
  return nodes.find(fits)?.files[kind]
}

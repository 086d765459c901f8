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

/** The file that a node read as one of its inputs, where it is still there. */
export function findInput(nodes: readonly StoredNode[], reader: StoredNode, input: string): string | undefined {
  const digest = reader.manifest.record.inputs[input]
  for (const {manifest, files} of nodes) {
    const made = Object.values(manifest.outputs).find(({sha256}) => `sha256:${sha256}` === digest)
    if (made !== undefined) return files[made.kind]
  }
  return undefined
}

/** The node that made a file of a kind at an epoch (undefined: outside the loop), and whose file is still there. Never one of the test split. */
export function findMaker(
  nodes: readonly StoredNode[],
  kind: string,
  epoch: number | undefined,
): StoredNode | undefined {
  const isTest = ({manifest}: StoredNode) => manifest.record.values.split === 'test'
  return nodes.find((node) => node.epoch === epoch && node.files[kind] !== undefined && !isTest(node))
}

/** That file. */
export function findFile(nodes: readonly StoredNode[], kind: string, epoch: number | undefined): string | undefined {
  return findMaker(nodes, kind, epoch)?.files[kind]
}

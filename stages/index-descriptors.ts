import {nearest} from '../lib/engine/nearest.ts'
import {buildIndex, nearestInIndex} from '../lib/objectives/neighbours/hnsw-index.ts'
import type {StageContext} from '../lib/pipeline/stage.ts'
import {openRandom} from '../lib/random.ts'
import {type DescriptorsTable, readDescriptors} from '../lib/tables/descriptors.ts'

/** Images whose exact neighbours say how good the index is, and how many of them are looked for. */
const recallSample = 200
const recallAt = 10

/** Makes a graph of descriptors in which the nearest of any vector are found without comparing it with all of them. */
export async function run(context: StageContext): Promise<void> {
  const descriptors = await readDescriptors(context.inputs.descriptors!)
  const {id, dim, vectors} = descriptors
  const index = await buildIndex({labels: id, dim, vectors}, 0, (done) =>
    context.progress({done, total: id.length, unit: 'images'}),
  )
  const recall = await measureRecall(descriptors, (vector, count) => nearestInIndex(index, vector, count))
  context.report({images: id.length, dim, recall_against_exact: recall, recall_at: recallAt})
  index.writeIndexSync(context.outputs.index!)
}

/** Share of the ten nearest other images that the index finds too, over a sample of images from a fixed seed. */
async function measureRecall(
  {id, dim, vectors}: DescriptorsTable,
  search: (vector: Float32Array, count: number) => {readonly neighbors: readonly number[]},
): Promise<number> {
  const rows = openRandom(0, 'index-recall')
    .shuffled([...id.keys()])
    .slice(0, recallSample)
  const k = Math.min(recallAt, id.length - 1)
  if (k < 1) return 1
  const label = new Int32Array(id.length)
  const vector = (row: number) => vectors.subarray(row * dim, (row + 1) * dim)
  const queries = {
    id: Int32Array.from(rows, (row) => id[row]!),
    label: new Int32Array(rows.length),
    vectors: Float32Array.from(rows.flatMap((row) => [...vector(row)])),
    dim,
  }
  const exact = await nearest({queries, references: {id, label, vectors, dim}, k, exclude: 'self'})
  let hits = 0
  for (const [query, row] of rows.entries()) {
    const found = new Set(search(vector(row), k + 1).neighbors)
    hits += exact.ids.subarray(query * k, (query + 1) * k).filter((image) => found.has(image)).length
  }
  return hits / (rows.length * k)
}

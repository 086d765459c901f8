import type {Mined, RunTables} from '../../report/facts.ts'
import {readBatches} from '../../tables/batches.ts'
import {readDescriptors} from '../../tables/descriptors.ts'
import {readImages} from '../../tables/images.ts'
import {readNeighbours} from '../../tables/neighbours.ts'
import {readQueries} from '../../tables/queries.ts'
import {UserError} from '../../user-error.ts'
import {findFile, findInput, findMaker, type StoredNode} from './artifacts.ts'
import {readMeasurement} from './measurement.ts'
import {describedOf, largestSet} from './shown-set.ts'

/** The tables that a report of epoch `shown` looks into; undefined without a table of images. */
export async function gatherTables(nodes: readonly StoredNode[], shown: number): Promise<RunTables | undefined> {
  const imagesFile = findFile(nodes, 'images', undefined)
  if (imagesFile === undefined) return undefined
  const images = await readImages(imagesFile)
  const reader = openReader()
  const evaluation = findMaker(nodes, 'queries', shown) ?? findMaker(nodes, 'metrics', shown)
  const described = evaluation && findInput(nodes, evaluation, 'descriptors')
  const measured = readMeasurement(findFile(nodes, 'metrics', shown))
  // Among a gallery of its own, who is near to whom is another question than the one that these pages answer.
  const descriptors =
    hasGallery(evaluation) || measured?.hasGallery
      ? reader.leaveOut('Queries look among a gallery: recall, distances, nearest images and the map are left out.')
      : await reader.read(`Descriptors of epoch ${shown}`, described, readDescriptors)
  const asked = await reader.read(`Queries of epoch ${shown}`, findFile(nodes, 'queries', shown), readQueries)
  const shownSet = asked && largestSet(asked)
  if (shownSet !== undefined && shownSet.setCount > 1)
    reader.leaveOut(
      `Pictures and classes are those of ${shownSet.name}, the largest of ${shownSet.setCount} test sets.`,
    )
  const queries = shownSet?.queries
  const mined = await readMined(nodes, reader)
  const labelOf = new Map(Array.from(images.id, (id, row) => [id, images.label[row]!]))
  const compared = descriptors && shownSet?.name ? describedOf(descriptors, shownSet.queries) : descriptors
  const labelled = compared && {...compared, label: compared.id.map((id) => labelOf.get(id) ?? -1)}
  return {
    epoch: shown,
    images,
    missing: reader.missing,
    ...(labelled === undefined ? {} : {described: labelled}),
    ...(queries === undefined ? {} : {queries}),
    ...(mined === undefined ? {} : {mined}),
  }
}

function hasGallery(evaluation: StoredNode | undefined): boolean {
  return evaluation?.manifest.record.inputs.gallery !== undefined
}

interface Reader {
  /** Undefined, and a sentence in `missing`, where a table is not there or is one of another version. */
  read<T>(what: string, file: string | undefined, reader: (file: string) => Promise<T>): Promise<T | undefined>
  leaveOut(sentence: string): undefined
  readonly missing: readonly string[]
}

function openReader(): Reader {
  const missing: string[] = []
  const read: Reader['read'] = async (what, file, reader) => {
    if (file === undefined) {
      missing.push(`${what} are not in the store, so what is drawn from them is left out.`)
      return undefined
    }
    try {
      return await reader(file)
    } catch (error) {
      if (!(error instanceof UserError)) throw error
      missing.push(`${what} are left out: ${error.message}`)
      return undefined
    }
  }
  const leaveOut = (sentence: string) => {
    missing.push(sentence)
    return undefined
  }
  return {read, leaveOut, missing}
}

/** The newest epoch's plan, with what it was made from. A run of epoch 0 alone has none, and nothing to say about it. */
async function readMined(nodes: readonly StoredNode[], {read}: Reader): Promise<Mined | undefined> {
  const mining = nodes.findLast(({files}) => files.batches !== undefined)
  if (mining?.epoch === undefined) return undefined
  const {epoch, files} = mining
  const batches = await read(`Batches of epoch ${epoch}`, files.batches, readBatches)
  const neighbours = await read(`Neighbours of epoch ${epoch}`, files.neighbours, readNeighbours)
  if (batches === undefined || neighbours === undefined) return undefined
  const file = findInput(nodes, mining, 'descriptors')
  const descriptors = file === undefined ? undefined : await read('Training descriptors', file, readDescriptors)
  return {epoch, batches, neighbours, ...(descriptors === undefined ? {} : {descriptors})}
}

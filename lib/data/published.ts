import {createHash} from 'node:crypto'
import {createReadStream, existsSync} from 'node:fs'
import {dirname, join} from 'node:path'
import type {DataSet} from './formats/data-set.ts'

interface Count {
  readonly images: number
  readonly classes: number
}

interface Checksum {
  readonly file: string
  readonly md5: string
}

interface Published extends Count {
  readonly name: string
  /** Of its own split, where that keeps classes apart. */
  readonly sides?: {readonly train: Count; readonly test: Count}
  /** Files of the unpacked set. */
  readonly files?: readonly Checksum[]
  readonly archives?: readonly Checksum[]
}

/**
 * What the publications count; checksums as powerful-benchmarker 0.9.32 has them (src/powerful_benchmarker/datasets). Sets and files of which no
 * source is known are not here: VehicleID is as large as its lists.
 */
const published: Readonly<Record<string, Published>> = {
  cub: {
    name: 'CUB-200-2011',
    images: 11_788,
    classes: 200,
    archives: [{file: 'CUB_200_2011.tgz', md5: '97eceeb196236b17998738112f37df78'}],
  },
  cars196: {
    name: 'Cars196',
    images: 16_185,
    classes: 196,
    files: [{file: 'cars_annos.mat', md5: 'b407c6086d669747186bd1d764ff9dbc'}],
    archives: [{file: 'car_ims.tgz', md5: 'd5c8f0aa497503f355e17dc7886c3f14'}],
  },
  sop: {
    name: 'Stanford Online Products',
    images: 120_053,
    classes: 22_634,
    sides: {train: {images: 59_551, classes: 11_318}, test: {images: 60_502, classes: 11_316}},
    archives: [{file: 'Stanford_Online_Products.zip', md5: '7f73d41a2f44250d4779881525aea32e'}],
  },
  'in-shop': {
    name: 'In-Shop Clothes Retrieval',
    images: 52_712,
    classes: 7_982,
    sides: {train: {images: 25_882, classes: 3_997}, test: {images: 26_830, classes: 3_985}},
  },
  celeba: {name: 'CelebA', images: 202_599, classes: 10_177},
}

/** A sentence for every way in which a data set is not the one that was published; none where it is, or where nothing is known of its format. */
export async function compareWithPublished(format: string, root: string, dataSet: DataSet): Promise<string[]> {
  const known = published[format]
  if (known === undefined) return []
  const {name, files = []} = known
  const whole = count(dataSet, () => true)
  if (!areEqual(whole, known)) {
    return [
      `This is not all of ${name}: ${describe(whole)}, published were ${describe(known)}. Its numbers compare with no publication.`,
    ]
  }
  const sides = (['train', 'test'] as const).flatMap((side) => {
    const expected = known.sides?.[side]
    const found = count(dataSet, (row) => dataSet.official?.[row] === side)
    if (expected === undefined || areEqual(found, expected)) return []
    return [
      `The ${side} side is not that of ${name}: ${describe(found)}, published were ${describe(expected)}. Its numbers compare with no publication.`,
    ]
  })
  return [...sides, ...(await findChanged(name, root, files))]
}

/** A sentence for every archive of a data set in its folder, or beside it, that is not the one that was published; and how many were checked. */
export async function checkArchives(format: string, root: string): Promise<{checked: number; changed: string[]}> {
  const {name, archives = []} = published[format] ?? {name: ''}
  const there = [root, dirname(root)].flatMap((folder) =>
    archives.filter(({file}) => existsSync(join(folder, file))).map((archive) => ({folder, archive})),
  )
  const changed: string[] = []
  for (const {folder, archive} of there) changed.push(...(await findChanged(name, folder, [archive])))
  return {checked: there.length, changed}
}

async function findChanged(name: string, folder: string, files: readonly Checksum[]): Promise<string[]> {
  const changed: string[] = []
  for (const {file, md5} of files) {
    const own = await md5Of(join(folder, file))
    if (own !== md5)
      changed.push(`${file} is not the file of ${name}: its MD5 is ${own}, published was ${md5}. Fetch it again.`)
  }
  return changed
}

async function md5Of(path: string): Promise<string> {
  const hash = createHash('md5')
  for await (const chunk of createReadStream(path, {highWaterMark: 1 << 20})) hash.update(chunk as Buffer)
  return hash.digest('hex')
}

function count({label}: DataSet, counts: (row: number) => boolean): Count {
  const own = label.filter((_, row) => counts(row))
  return {images: own.length, classes: new Set(own).size}
}

function areEqual(a: Count, b: Count): boolean {
  return a.images === b.images && a.classes === b.classes
}

function describe({images, classes}: Count): string {
  return `${images.toLocaleString('en')} images of ${classes.toLocaleString('en')} classes`
}

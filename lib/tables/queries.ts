import {z} from 'zod'
import {damaged} from './arrow-file.ts'
import type {ColumnsOf} from './definition.ts'
import {checkIds} from './images.ts'
import {parseJson} from './parse-json.ts'
import {collectProblems, type Note} from './problems.ts'
import {readTable} from './read.ts'
import {writeTable} from './write.ts'

export const queriesDefinition = {
  name: 'queries',
  meaning: 'How well each image finds its class among the others; by test set, then ascending id.',
  columns: {
    set: {type: 'utf8', meaning: 'name of the test set; empty where there is one'},
    id: {type: 'int32', meaning: 'the image asked with'},
    label: {type: 'int32', meaning: 'its class'},
    nearest: {type: 'int32', meaning: 'the image that is nearest to it; -1: there is no other'},
    nearest_label: {type: 'int32', meaning: 'class of the nearest image'},
    nearest_distance: {type: 'float32', meaning: 'Euclidean distance of the unit vectors'},
    relevant: {
      type: 'int32',
      meaning: 'R, the other images of its class; 0: alone in its class and left out of all means',
    },
    precision_at_1: {type: 'float32', meaning: '1 when the nearest image is of its class'},
    r_precision: {type: 'float32', meaning: 'share of its class among the R nearest'},
    map_at_r: {
      type: 'float32',
      meaning: 'mean over ranks 1 to R of precision where the image at the rank is of its class',
    },
    first_hit: {
      type: 'int32',
      meaning: 'rank from 1 of the first image of its class; 0: none, or farther than was looked for',
    },
    values: {
      type: 'vector',
      meaning: "the metrics named in the file's metadata, in the convention of metrics.json; NaN: left out",
    },
  },
  metadata: {metrics: 'names of the numbers in values, as JSON'},
} as const

/** The queries in memory: one array per column. */
export interface QueriesTable extends ColumnsOf<typeof queriesDefinition> {
  /** Of the numbers in each row of `values`: `['map_at_r', 'recall_at_4']`. */
  metricNames: string[]
}

/** Reads queries.arrow. Throws UserError for a file that is missing, damaged or no table of queries. */
export async function readQueries(path: string): Promise<QueriesTable> {
  const {columns, dim, metadata} = await readTable(path, queriesDefinition)
  return {...columns, metricNames: parseNames(path, metadata.get('metrics') ?? '', dim)}
}

/** Writes queries.arrow; equal tables give equal bytes. */
export async function writeQueries(path: string, {metricNames, ...columns}: QueriesTable): Promise<void> {
  const metadata = {metrics: JSON.stringify(metricNames)}
  await writeTable(path, queriesDefinition, {columns, metadata, dim: metricNames.length})
}

function parseNames(path: string, text: string, dim: number): string[] {
  const names = z.array(z.string()).length(dim).safeParse(parseJson(text))
  if (names.success) return names.data
  throw damaged(path, `its metadata metrics must be a JSON list of ${dim} names, got ${text.slice(0, 60)}`)
}

/** What breaks the contract of queries.arrow, one sentence each: ids, nearest images, and metrics from 0 to 1 (NaN when alone). */
export function checkQueries(path: string): Promise<string[]> {
  return collectProblems(async (note) => {
    const queries = await readQueries(path)
    if (queries.id.length === 0) note('empty', () => `${path} holds no query.`)
    for (const set of new Set(queries.set)) {
      const inSet = (_: number, row: number) => queries.set[row] === set
      checkIds(queries.id.filter(inSet), note)
    }
    checkNearest(queries, note)
    checkMetrics(queries, note)
    checkValues(queries, note)
  })
}

function checkNearest({id, label, nearest, nearestLabel, nearestDistance}: QueriesTable, note: Note): void {
  const labelOf = new Map(Array.from(id, (query, row) => [query, label[row]!]))
  for (const [row, query] of id.entries()) {
    const [found, distance] = [nearest[row]!, nearestDistance[row]!]
    if (found === query) note('nearest', () => `Query ${query} is its own nearest image.`)
    if (found === -1) continue
    if (!(distance >= 0 && distance < Infinity))
      note('distances', () => `Query ${query} has nearest distance ${distance}.`)
    const known = labelOf.get(found)
    if (known !== undefined && known !== nearestLabel[row]) {
      note(
        'nearest',
        () => `Query ${query} says that image ${found} is of class ${nearestLabel[row]}, its own row says ${known}.`,
      )
    }
  }
}

function checkMetrics(queries: QueriesTable, note: Note): void {
  for (const [row, id] of queries.id.entries()) {
    const relevant = queries.relevant[row]!
    if (relevant < 0) note('relevant', () => `Query ${id} has ${relevant} relevant images.`)
    for (const name of ['precisionAt1', 'rPrecision', 'mapAtR'] as const) {
      const value = queries[name][row]!
      if (relevant === 0 ? !Number.isNaN(value) : !(value >= 0 && value <= 1)) {
        const rule = relevant === 0 ? 'NaN, as it is alone in its class' : 'from 0 to 1'
        note(name, () => `Query ${id} has ${name} ${value}; it must be ${rule}.`)
      }
    }
    const hit = queries.nearestLabel[row] === queries.label[row] ? 1 : 0
    if (relevant > 0 && queries.precisionAt1[row] !== hit) {
      note(
        'hits',
        () => `Query ${id} has precisionAt1 ${queries.precisionAt1[row]}, but its nearest image makes it ${hit}.`,
      )
    }
  }
}

/** A first hit at rank 1 is a nearest image of the class, and nothing in `values` is infinite. */
function checkValues({id, precisionAt1, relevant, firstHit, values, metricNames}: QueriesTable, note: Note): void {
  for (const [row, query] of id.entries()) {
    const first = firstHit[row]!
    if (first < 0 || (relevant[row]! > 0 && (first === 1) !== (precisionAt1[row] === 1)))
      note('hits', () => `Query ${query} has first hit ${first} and precisionAt1 ${precisionAt1[row]}.`)
    for (const [at, name] of metricNames.entries()) {
      const value = values[row * metricNames.length + at]!
      if (Math.abs(value) === Infinity) note('values', () => `Query ${query} has ${name} ${value}.`)
    }
  }
}

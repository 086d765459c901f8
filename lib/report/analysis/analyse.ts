import type {RunTables} from '../facts.ts'
import {type ClassScore, type Confusion, findConfusions, scoreClasses} from './classes.ts'
import {type Duplicate, findDuplicates} from './duplicates.ts'
import {chooseQueries, type Recovery, recover} from './gallery.ts'
import {mapToPlane, type PlaneMap} from './map.ts'
import {compareAll, type Retrieval} from './retrieval.ts'
import {hardestTriplets, type Triplet} from './triplets.ts'

/** What the tables of a run show: everything that pages, figures and files of numbers are made from. */
export interface Analysis {
  readonly tables: RunTables
  readonly retrieval?: Retrieval
  readonly plane?: PlaneMap
  /** Queries drawn at random, and the surest mistakes, with their nearest images. */
  readonly drawn: readonly Recovery[]
  readonly mistakes: readonly Recovery[]
  readonly classes: readonly ClassScore[]
  readonly confusions: readonly Confusion[]
  readonly triplets: readonly Triplet[]
  readonly duplicates: readonly Duplicate[]
}

/** Points on the map: their pictures are what makes a page large. */
const mapPoints = 2500
const galleryQueries = 10
const galleryNeighbours = 8
const shownTriplets = 9

/** Looks at the tables; takes seconds, not minutes, whatever their size: large sets are sampled, and the samples are stated. */
export function analyse(tables: RunTables): Analysis {
  const {images, described, queries, mined} = tables
  const plane = described && mapToPlane(described, mapPoints)
  const chosen = described && queries ? chooseQueries(queries, galleryQueries) : {drawn: [], mistakes: []}
  const recoveries = (ids: readonly number[]) => (described ? recover(described, ids, galleryNeighbours) : [])
  return {
    tables,
    ...(described === undefined ? {} : {retrieval: compareAll(described)}),
    ...(plane === undefined ? {} : {plane}),
    drawn: recoveries(chosen.drawn),
    mistakes: recoveries(chosen.mistakes),
    classes: queries === undefined ? [] : scoreClasses(queries),
    confusions: queries === undefined ? [] : findConfusions(queries),
    triplets: mined === undefined ? [] : hardestTriplets(mined, images, shownTriplets),
    duplicates: findDuplicates(images, queries),
  }
}

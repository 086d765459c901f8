import type {TestContext} from 'node:test'
import {type BatchesTable, checkBatches, writeBatches} from '../../../lib/tables/batches.ts'
import {checkDescriptors, type DescriptorsTable, writeDescriptors} from '../../../lib/tables/descriptors.ts'
import {checkImages, type ImagesTable} from '../../../lib/tables/images.ts'
import {checkMembers, type MembersTable, writeMembers} from '../../../lib/tables/members.ts'
import {checkNeighbours, type NeighboursTable, writeNeighbours} from '../../../lib/tables/neighbours.ts'
import {checkQueries, type QueriesTable, writeQueries} from '../../../lib/tables/queries.ts'
import {checkSteps, type StepsTable, writeSteps} from '../../../lib/tables/steps.ts'
import {
  someBatches,
  someDescriptors,
  someMembers,
  someNeighbours,
  someQueries,
  someSteps,
  temporaryFolder,
  writeSomeImages,
} from '../fixtures.ts'

// Problems come kind by kind, in the order in which each kind was first met.
export const check = {
  images: async (t: TestContext, changes: Partial<ImagesTable> = {}) =>
    checkImages(await writeSomeImages(temporaryFolder(t)('images.arrow'), changes)),
  descriptors: async (t: TestContext, changes: Partial<DescriptorsTable> = {}) => {
    const at = temporaryFolder(t)
    await writeDescriptors(at('descriptors.arrow'), {...someDescriptors(), ...changes})
    return checkDescriptors(at('descriptors.arrow'), await writeSomeImages(at('images.arrow')), 'train')
  },
  neighbours: async (t: TestContext, changes: Partial<NeighboursTable> = {}) => {
    const at = temporaryFolder(t)
    await writeNeighbours(at('neighbours.arrow'), {...someNeighbours(), ...changes})
    return checkNeighbours(at('neighbours.arrow'), await writeSomeImages(at('images.arrow')))
  },
  batches: async (t: TestContext, changes: Partial<BatchesTable> = {}) => {
    const at = temporaryFolder(t)
    await writeBatches(at('batches.arrow'), {...someBatches(), ...changes})
    return checkBatches(at('batches.arrow'), await writeSomeImages(at('images.arrow')))
  },
  membership: async (t: TestContext, changes: Partial<MembersTable> = {}) => {
    const path = temporaryFolder(t)('membership.arrow')
    await writeMembers(path, {...someMembers(), ...changes})
    return checkMembers(path)
  },
  steps: async (t: TestContext, changes: Partial<StepsTable> = {}) => {
    const path = temporaryFolder(t)('steps.arrow')
    await writeSteps(path, {...someSteps(), ...changes})
    return checkSteps(path)
  },
  queries: async (t: TestContext, changes: Partial<QueriesTable> = {}) => {
    const path = temporaryFolder(t)('queries.arrow')
    await writeQueries(path, {...someQueries(), ...changes})
    return checkQueries(path)
  },
}

import {damaged, openArrowFile} from './arrow-file.ts'
import {batchesDefinition} from './batches.ts'
import type {TableDefinition} from './definition.ts'
import {descriptorsDefinition} from './descriptors.ts'
import {imagesDefinition} from './images.ts'
import {membershipDefinition} from './members.ts'
import {neighboursDefinition} from './neighbours.ts'
import {queriesDefinition} from './queries.ts'
import {ratesDefinition} from './rates.ts'
import {openTable, type TableReader} from './read.ts'
import {stepsDefinition} from './steps.ts'

/** Every table of ours by name: the schemas that `nearmiss show` and the docs print. */
export const tableDefinitions: Readonly<Record<string, TableDefinition>> = {
  images: imagesDefinition,
  membership: membershipDefinition,
  descriptors: descriptorsDefinition,
  neighbours: neighboursDefinition,
  batches: batchesDefinition,
  steps: stepsDefinition,
  queries: queriesDefinition,
  rates: ratesDefinition,
}

/** Opens a table of ours whose kind is not known beforehand. Throws UserError for any other file. */
export async function openAnyTable(
  path: string,
): Promise<{definition: TableDefinition; reader: TableReader<TableDefinition>}> {
  const file = await openArrowFile(path)
  await file.close()
  const name = file.schema.metadata.get('nearmiss.table') ?? ''
  const definition = Object.hasOwn(tableDefinitions, name) ? tableDefinitions[name] : undefined
  if (definition === undefined) {
    const known = Object.keys(tableDefinitions).join(', ')
    throw damaged(
      path,
      `its metadata nearmiss.table is ${JSON.stringify(name.slice(0, 40))}; tables of this project are ${known}`,
    )
  }
  return {definition, reader: await openTable(path, definition)}
}

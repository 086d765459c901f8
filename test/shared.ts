import {existsSync} from 'node:fs'
import {resolve} from 'node:path'

const folder = resolve(import.meta.dirname, '../../shared')

/** Folder with real data, weights and fixtures that may not enter the repository; undefined on a machine without it. */
export const shared = existsSync(folder) ? folder : undefined

/** Option of a test that needs that folder: it is skipped, with the reason, only where the folder is absent. */
export const needsShared = shared === undefined ? {skip: 'needs ../shared (real data and weights), absent here'} : {}

import {z} from 'zod'
import type {OwnModule} from './own-module.ts'

/** One of some names, or a user's file. */
export function nameOrFile<const Names extends readonly [string, ...string[]]>(names: Names) {
  return z.union([z.enum(names), ownModule])
}

/** The path of a user's file, from the folder of pipeline.yaml. */
export const ownModule = z.string().regex(/^\.{1,2}\/.+\.[cm]?[jt]s$/, {
  error: 'must be a file of your own like ./mine.ts',
  // Else a union would take what is no name for a file with a wrong name.
  abort: true,
}) as unknown as z.ZodType<OwnModule>

/** What a user's file is given; nothing here knows what it means. */
export const ownParameters = z
  .record(z.string(), z.json())
  .optional()
  .describe('parameters of a file of your own: docs/extending.md')

import {existsSync} from 'node:fs'
import {access, constants, mkdir} from 'node:fs/promises'
import {resolve} from 'node:path'
import {UserError} from '../../user-error.ts'
import {openConfig, type Project} from '../project.ts'
import type {Finding} from './finding.ts'

/** The project's configuration, its data and the folder it writes to. */
export async function checkProject(project: Project): Promise<Finding[]> {
  return [await checkArtifacts(project), ...(await checkConfig(project))]
}

async function checkArtifacts({artifacts}: Project): Promise<Finding> {
  const what = 'artifacts'
  try {
    await mkdir(artifacts, {recursive: true})
    await access(artifacts, constants.W_OK)
    return {what, found: `${artifacts} is writable`}
  } catch (error) {
    return {
      what,
      found: (error as Error).message,
      advice: 'Make the folder writable, or work on a copy of the project.',
    }
  }
}

async function checkConfig(project: Project): Promise<Finding[]> {
  const what = 'pipeline.yaml'
  try {
    const {config} = await openConfig(project, {set: []})
    return [{what, found: 'valid'}, checkData(project, config.params)]
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    return [{what, found: error.message, advice: 'Mend what is listed.'}]
  }
}

function checkData(project: Project, params: Readonly<Record<string, unknown>>): Finding {
  const {root} = (params.data ?? {}) as {root?: unknown}
  const what = 'data'
  if (typeof root !== 'string') return {what, found: 'no data.root in params'}
  const folder = resolve(project.root, root)
  if (existsSync(folder)) return {what, found: folder}
  return {what, found: `${folder} is missing`, advice: 'Run make setup, which draws the demo data, or set data.root.'}
}

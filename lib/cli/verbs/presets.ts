import {join} from 'node:path'
import {ConfigError} from '../../pipeline/config-error.ts'
import {listPresets, openPreset} from '../../pipeline/preset.ts'
import {describePreset, type PresetDescription} from '../presets/describe.ts'
import {type BrokenPreset, renderPreset, renderPresets} from '../presets/render.ts'
import {openConfig, type Project} from '../project.ts'
import type {Terminal} from '../terminal.ts'
import {UsageError} from '../usage-error.ts'

/** Lists the project's presets, or shows one resolved, beside what it reproduces. */
export async function presets(
  project: Project,
  name: string | undefined,
  options: {json: boolean},
  terminal: Terminal,
): Promise<number> {
  if (name !== undefined) {
    const preset = await openOne(project, name)
    terminal.print(options.json ? [JSON.stringify(preset, null, 2)] : renderPreset(preset, terminal))
    return 0
  }
  const names = listPresets(pipelineOf(project))
  if (names.length === 0) throw new UsageError(`there are no presets in ${join(project.root, 'presets')}`)
  const opened = await Promise.all(names.map((each) => openOrTell(project, each)))
  const broken = opened.flatMap((each) => ('problem' in each ? [each] : []))
  const usable = opened.flatMap((each) => ('problem' in each ? [] : [each]))
  if (options.json) terminal.print([JSON.stringify([...usable, ...broken], null, 2)])
  else terminal.print(renderPresets(usable, broken, terminal))
  return 0
}

/** One broken file hides no other. */
async function openOrTell(project: Project, name: string): Promise<PresetDescription | BrokenPreset> {
  try {
    return await openOne(project, name)
  } catch (error) {
    if (error instanceof ConfigError) return {name, problem: error.message}
    throw error
  }
}

async function openOne(project: Project, name: string): Promise<PresetDescription> {
  const preset = openPreset(pipelineOf(project), name)
  const {config} = await openConfig(project, {preset: name, set: []})
  return describePreset(preset, config)
}

function pipelineOf(project: Project): string {
  return join(project.root, 'pipeline.yaml')
}

import type {Config} from '../../pipeline/config.ts'
import type {Preset, PresetAbout} from '../../pipeline/preset.ts'
import {valueAt} from '../../pipeline/tree.ts'
import {estimateSeconds} from './estimate.ts'
import {lab} from './lab.ts'
import {roth} from './roth.ts'
import type {Original} from './setting.ts'

export interface SettingBeside {
  readonly name: string
  /** As the original's command line says or, where it is silent, as its default is. */
  readonly original: string
  readonly isGiven: boolean
  /** Parameters of this configuration that do the same; of those that it does not have none. */
  readonly here: Readonly<Record<string, unknown>>
  readonly remark?: string
}

/** A preset, resolved. */
export interface PresetDescription {
  readonly name: string
  readonly about: PresetAbout
  readonly bases: readonly string[]
  /** The command line of the original. */
  readonly command?: string
  readonly settings: readonly SettingBeside[]
  readonly epochs: number
  /** An estimate for two CPU cores. */
  readonly seconds?: number
  readonly params: Config['params']
}

export const originals: Readonly<Record<string, Original>> = {'Standard_Training.py': roth, 'dml.py': lab}

/** All there is to tell of a preset whose configuration has been checked. */
export function describePreset(preset: Preset, {params, epochs}: Config): PresetDescription {
  const about = preset.about ?? {title: '', source: '', notes: []}
  const given = Object.fromEntries(
    Object.entries(about.original?.settings ?? {}).map(([name, value]) => [name, [value].flat().join(' ')]),
  )
  const original = originals[about.original?.program ?? '']
  const seconds = estimateSeconds(params, about)
  return {
    name: preset.name,
    about,
    bases: preset.bases,
    ...(original?.command && {command: original.command(given)}),
    settings: (original?.settings ?? []).map(({name, byDefault, parameters, remark}) => ({
      name,
      original: given[name] ?? byDefault,
      isGiven: name in given,
      here: Object.fromEntries(
        parameters
          .map((parameter) => [parameter, valueAt(params, parameter.split('.'))] as const)
          .filter(([, value]) => value !== undefined),
      ),
      ...(remark === undefined ? {} : {remark}),
    })),
    epochs,
    ...(seconds === undefined ? {} : {seconds}),
    params,
  }
}

import {existsSync, readdirSync} from 'node:fs'
import {basename, dirname, join} from 'node:path'
import {z} from 'zod'
import {parseWith} from './complaint.ts'
import {ConfigError} from './config-error.ts'
import {suggestion} from './did-you-mean.ts'
import {valueAt} from './tree.ts'
import {readYaml, type YamlSource} from './yaml-source.ts'

const words = z.string().min(1)
const setting = z.union([z.string(), z.number(), z.boolean()])

/** What a preset says about itself; part of no key. */
const aboutSchema = z.strictObject({
  title: words.describe('one line'),
  source: words.describe('paper or code it is from'),
  original: z
    .strictObject({
      program: words,
      settings: z.record(words, z.union([setting, z.array(setting)])).describe('that differ from its defaults'),
    })
    .optional()
    .describe('what makes the same experiment there'),
  published: z
    .record(words, z.number())
    .optional()
    .describe('numbers that the source prints, as metrics.json calls them'),
  images: z
    .strictObject({train: z.int().min(0), measured: z.int().min(0)})
    .optional()
    .describe('about so many are trained on and measured'),
  notes: z.array(words).default([]).describe('where it cannot be exactly the original'),
})

export type PresetAbout = z.output<typeof aboutSchema>

/** Complete parameters that replace those of pipeline.yaml; with `extends` only the sections that differ from another preset. */
const presetSchema = z.strictObject({
  about: aboutSchema.optional(),
  extends: words.optional().describe('name of a preset whose sections count where this one has none'),
  params: z.record(words, z.unknown()),
})

export interface Preset {
  readonly name: string
  readonly about?: PresetAbout
  /** Names of the presets that it is built on, the nearest first. */
  readonly bases: readonly string[]
  /** `params`, complete, with the place of every value in the file that it is from. */
  readonly source: YamlSource
}

/** Names of all presets beside a pipeline.yaml, sorted. */
export function listPresets(pipelineFile: string): string[] {
  const folder = folderOf(pipelineFile)
  if (!existsSync(folder)) return []
  return readdirSync(folder)
    .flatMap((name) => (name.endsWith('.yaml') ? [name.slice(0, -'.yaml'.length)] : []))
    .sort()
}

/** Opens presets/<name>.yaml and what it extends. Throws ConfigError when one of them is missing, wrong, or extends itself. */
export function openPreset(pipelineFile: string, name: string): Preset {
  const own = readPreset(pipelineFile, name, `--preset ${name}`)
  const chain = [own]
  for (let last = own; last.base !== undefined; ) {
    const place = last.source.where(['extends'])
    const before = [name, ...chain.flatMap(({base}) => base ?? [])]
    if (before.indexOf(last.base) < before.length - 1)
      throw new ConfigError([{where: place, text: `goes in a circle: ${before.join(' extends ')}`}])
    last = readPreset(pipelineFile, last.base, place)
    chain.push(last)
  }
  return {
    name,
    ...(own.about === undefined ? {} : {about: own.about}),
    bases: chain.flatMap(({base}) => base ?? []),
    source: overlay(chain.map(({source}) => source)),
  }
}

interface PresetFile {
  readonly about: PresetAbout | undefined
  readonly base: string | undefined
  readonly source: YamlSource
}

function readPreset(pipelineFile: string, name: string, askedAt: string): PresetFile {
  const file = join(folderOf(pipelineFile), `${name}.yaml`)
  if (basename(name) !== name || !existsSync(file)) {
    const near = suggestion(name, listPresets(pipelineFile)) || '; npx nearmiss presets lists those that there are'
    const text = `there is no presets/${name}.yaml${near}`
    throw new ConfigError([{where: askedAt, text}])
  }
  const source = readYaml(file, `presets/${name}.yaml`)
  const parsed = parseWith(presetSchema, source.value)
  if ('data' in parsed) return {about: parsed.data.about, base: parsed.data.extends, source}
  throw new ConfigError(
    parsed.complaints.map(({path, part, text}) => ({
      where: part === 'key' ? source.whereKey(path) : source.where(path),
      text,
    })),
  )
}

/** Sections of `params` are taken whole, from the first source that has them. */
function overlay(sources: readonly YamlSource[]): YamlSource {
  const [own] = sources as [YamlSource]
  const holderOf = ([, section]: readonly (string | number)[]) =>
    sources.find(({value}) => section !== undefined && valueAt(value, ['params', section]) !== undefined) ?? own
  if (sources.length === 1) return own
  const sections = sources.toReversed().map(({value}) => valueAt(value, ['params']))
  return {
    value: {params: Object.assign({}, ...sections)},
    where: (path) => holderOf(path).where(path),
    whereKey: (path) => holderOf(path).whereKey(path),
  }
}

function folderOf(pipelineFile: string): string {
  return join(dirname(pipelineFile), 'presets')
}

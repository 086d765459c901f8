import {parse} from 'yaml'
import {shellWord} from '../shell-word.ts'
import {canonicalJson} from './canonical.ts'
import {show} from './complaint.ts'
import type {Config} from './config.ts'
import {lastingParams} from './config.ts'
import {ConfigError} from './config-error.ts'
import {findRun, listRuns, type Refs, type RunRecord, readRefs, writeRun} from './runs.ts'
import {leavesOf} from './tree.ts'

/**
 * Opens run.json. From its first epoch on a run stands for one set of parameters: others under the same name are refused with the
 * differences and a name for the new run.
 */
export async function freezeRun(artifacts: string, run: string, config: Config): Promise<RunRecord> {
  const record = recordOf(run, config)
  const before = findRun(artifacts, run)
  if (before !== undefined && isFrozen(readRefs(artifacts, run))) refuseChanges(before, record, artifacts, config)
  if (before === undefined || canonicalJson(before) !== canonicalJson(record)) await writeRun(artifacts, record)
  return record
}

function recordOf(run: string, config: Config): RunRecord {
  const {stages, loop} = config.pipeline
  const rules = Object.entries({...stages, ...loop.advance, ...loop.measure}).filter(
    ([, {keep}]) => Object.keys(keep).length > 0,
  )
  return {
    schema: 1,
    run,
    ...(config.preset === undefined ? {} : {preset: config.preset}),
    params: lastingParams(config),
    keep: Object.fromEntries(rules.map(([name, {keep}]) => [name, keep])),
  }
}

/** Before the first epoch nothing is worth protecting: a wrong path may be mended under the same name. */
function isFrozen(refs: Refs): boolean {
  return Object.keys(refs).some((node) => node.includes('@'))
}

function refuseChanges(before: RunRecord, after: RunRecord, artifacts: string, config: Config): void {
  const [old, now] = [new Map(leavesOf(before.params)), new Map(leavesOf(after.params))]
  const changed = [...new Set([...old.keys(), ...now.keys()])].filter(
    (name) => canonicalJson(old.get(name)) !== canonicalJson(now.get(name)),
  )
  if (changed.length === 0) return
  const problems = changed.map((name) => ({
    where: config.where(name),
    text: `${name} is ${spell(now, name)}, but run ${before.run} was made with ${spell(old, name)}`,
  }))
  const name = suggestName(before.run, changed[0]!, now.get(changed[0]!), artifacts)
  const help = `a run keeps the parameters of its first epoch. ${howToGoOn(before, changed, old, config)}Give the changed run a name of its own: --run ${name} (equal work is shared)`
  throw new ConfigError([...problems, {where: `--run ${before.run}`, text: help}])
}

/** What was left out, most often: a command on a run says again what the run was made with. */
function howToGoOn(
  {preset}: RunRecord,
  changed: readonly string[],
  old: ReadonlyMap<string, unknown>,
  config: Config,
): string {
  if (preset !== config.preset) {
    if (preset === undefined) return 'To go on with it as it is, leave out --preset. '
    return `To go on with it as it is, say again --preset ${preset} and what else it was given. `
  }
  if (changed.length > 4 || changed.some((name) => !old.has(name))) return ''
  const again = changed.map((name) => `--set ${shellWord(`${name}=${yamlOf(old.get(name))}`)}`)
  return `To go on with it as it is, say again ${again.join(' ')}. `
}

/** As `--set` reads it back: a plain text as it is, all else as JSON, which YAML contains. */
function yamlOf(value: unknown): string {
  return typeof value === 'string' && parse(value) === value ? value : JSON.stringify(value)
}

function spell(leaves: ReadonlyMap<string, unknown>, name: string): string {
  return leaves.has(name) ? show(leaves.get(name)) : 'not set'
}

/** `demo-margin-0.2`, with a number behind it where that is taken. */
function suggestName(run: string, parameter: string, value: unknown, artifacts: string): string {
  const words = `${parameter.split('.').findLast((step) => !/^\d+$/.test(step))}-${typeof value === 'object' ? '' : String(value)}`
  const name = `${run}-${words.replaceAll(/[^A-Za-z0-9._-]+/g, '-')}`.slice(0, 60).replace(/[-.]+$/, '')
  const taken = new Set(listRuns(artifacts))
  const numbered = Array.from({length: taken.size}, (_, i) => `${name}-${i + 2}`)
  return [name, ...numbered].find((each) => !taken.has(each)) ?? name
}

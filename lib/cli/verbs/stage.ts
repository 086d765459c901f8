import type {Config} from '../../pipeline/config.ts'
import {didYouMean} from '../../pipeline/did-you-mean.ts'
import type {StageEntry} from '../../pipeline/pipeline-file.ts'
import {executeStage} from '../../pipeline/stage-by-hand.ts'
import {renderOutcome} from '../outcome.ts'
import type {Project} from '../project.ts'
import {openRequest, type RequestOptions} from '../request.ts'
import type {Terminal} from '../terminal.ts'
import {UsageError} from '../usage-error.ts'
import {outcomeOf, withWatcher} from './run.ts'

export interface StageOptions extends RequestOptions {
  readonly epoch?: number
  readonly in: readonly string[]
  readonly out?: string
  readonly split?: string
  readonly wait: boolean
  readonly json: boolean
}

/** Runs one stage by hand and says where its outputs are. */
export async function stage(
  project: Project,
  name: string,
  options: StageOptions,
  terminal: Terminal,
): Promise<number> {
  const request = await openRequest(project, options)
  checkStage(request.config, name, options)
  const config = options.split === undefined ? request.config : withSplit(request.config, name, options.split)
  const {result, events} = await withWatcher(request, options, terminal, (hooks) =>
    executeStage({
      ...request,
      config,
      epochs: options.epoch ?? 0,
      stage: name,
      inputs: parseInputs(options.in),
      out: options.out,
      noWait: !options.wait,
      ...hooks,
    }),
  )
  if (options.json) return result.exitCode
  const page = {width: terminal.width, paint: terminal.paint, folder: project.root}
  terminal.printError(renderOutcome(outcomeOf(result.exitCode, events), page))
  terminal.print(Object.entries(result.files).map(([output, file]) => `${output}  ${file}`))
  return result.exitCode
}

/** `['images=a.arrow']` as `{images: 'a.arrow'}`. Throws UsageError for anything else. */
function parseInputs(texts: readonly string[]): Record<string, string> {
  const wrong = texts.filter((text) => !/^[^=]+=.+$/.test(text))
  if (wrong.length > 0)
    throw new UsageError(`--in must be NAME=PATH, got "${wrong.join('", "')}". Example: --in descriptors=val.arrow`)
  return Object.fromEntries(texts.map((text) => [text.slice(0, text.indexOf('=')), text.slice(text.indexOf('=') + 1)]))
}

function checkStage(config: Config, name: string, options: StageOptions): void {
  const {stages, loop} = config.pipeline
  const inLoop = {...loop.advance, ...loop.measure}
  const isInLoop = Object.hasOwn(inLoop, name)
  if (!isInLoop && !Object.hasOwn(stages, name)) {
    const known = [...Object.keys(stages), ...Object.keys(inLoop)]
    throw new UsageError(`pipeline.yaml has no stage "${name}"${didYouMean(name, known)}`)
  }
  if (Object.hasOwn(loop.advance, name) && options.epoch !== undefined && options.epoch < loop.from) {
    throw new UsageError(
      `${name} makes epoch ${loop.from} and those after it: --epoch ${options.epoch} is the state before.`,
    )
  }
  if (isInLoop && options.epoch === undefined && options.in.length === 0) {
    throw new UsageError(`${name} is computed once an epoch: say which with --epoch, or give its inputs with --in.`)
  }
  // The run's own artifacts stay those of the split that pipeline.yaml names; test data never gets among them by accident.
  if (options.split !== undefined && options.out === undefined) {
    throw new UsageError('--split needs --out FOLDER: its result is no part of the run.')
  }
  if (options.in.length > 0 && options.out === undefined) {
    throw new UsageError('--in needs --out FOLDER: what is made from loose files is no part of the run.')
  }
}

/** The configuration with one stage reading another split. */
function withSplit(config: Config, name: string, split: string): Config {
  const change = (entries: Readonly<Record<string, StageEntry>>) => {
    const entry = entries[name]
    return entry === undefined ? entries : {...entries, [name]: {...entry, with: {...entry.with, split}}}
  }
  const {stages, loop} = config.pipeline
  const changed = {...loop, advance: change(loop.advance), measure: change(loop.measure)}
  return {...config, pipeline: {...config.pipeline, stages: change(stages), loop: changed}}
}

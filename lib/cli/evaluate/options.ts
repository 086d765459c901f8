import {UsageError} from '../usage-error.ts'

/** The command line of evaluate. */
export interface EvaluateOptions {
  readonly run?: string
  readonly split: string
  readonly epoch?: number
  /** Another run's epoch that describes what queries look among: `teacher@best`. */
  readonly gallery?: string
  /** Side in pixels of the queries' pictures, and of the gallery's. */
  readonly size?: number
  readonly gallerySize?: number
  /** Queries among each other, also where the run has a gallery. */
  readonly symmetric: boolean
  /** Each a list of runs, `fold0,fold1@3`. */
  readonly ensemble: readonly string[]
  readonly json: boolean
}

/** An epoch of a run as a person names it; without `which` the best one. */
export interface Reference {
  readonly run: string
  readonly which: string
}

/** Everything about the options that cannot be, at once. Throws UsageError. */
export function checkOptions(options: EvaluateOptions): void {
  const {ensemble, gallery, gallerySize, symmetric, run} = options
  const given = (names: readonly (keyof EvaluateOptions)[]) =>
    names.filter((name) => options[name] !== undefined && options[name] !== false).map(flagOf)
  const problems: string[] = []
  const others = given(['run', 'epoch', 'gallery', 'size', 'gallerySize', 'symmetric'])
  if (ensemble.length > 0 && others.length > 0)
    problems.push(
      `--ensemble names its own runs and epochs, and measures them as they are, among each other: leave out ${others.join(', ')}.`,
    )
  if (symmetric && (gallery !== undefined || gallerySize !== undefined))
    problems.push(
      `--symmetric is without a gallery: leave out ${given(['gallery', 'gallerySize']).join(', ')}, or --symmetric.`,
    )
  problems.push(...(gallery === undefined ? [] : flawsOf(gallery, '--gallery')))
  problems.push(...ensemble.flatMap((text) => flawsOfEnsemble(text)))
  const sizes = new Set(ensemble.map((text) => text.split(',').length))
  if (sizes.size > 1)
    problems.push('Every --ensemble must have as many models: repetitions of one experiment are what is averaged.')
  if (run?.includes('@')) problems.push(`--run ${run}: name the epoch by --epoch.`)
  if (problems.length > 0) throw new UsageError(problems.join('\n'))
}

/** `teacher`, `teacher@3`, `teacher@last`. Checked before. */
export function readReference(text: string): Reference {
  const [, run = '', which = 'best'] = pattern.exec(text) ?? []
  return {run, which}
}

const pattern = /^([^@,]+)(?:@(\d+|best|last))?$/

function flawsOfEnsemble(text: string): string[] {
  const names = text.split(',')
  const flaws = names.flatMap((name) => flawsOf(name, `--ensemble ${text}`))
  const twice = names.filter((name, at) => names.indexOf(name) !== at)
  if (names.length < 2)
    flaws.push(`--ensemble ${text}: name two models or more with commas between them, as fold0,fold1@3.`)
  if (twice.length > 0) flaws.push(`--ensemble ${text}: ${[...new Set(twice)].join(', ')} is there twice.`)
  return flaws
}

function flawsOf(text: string, option: string): string[] {
  return pattern.test(text)
    ? []
    : [`${option}: "${text}" is no epoch of a run. Examples: teacher, teacher@3, teacher@best, teacher@last`]
}

function flagOf(name: string): string {
  return `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`
}

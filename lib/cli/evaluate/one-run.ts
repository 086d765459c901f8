import {join} from 'node:path'
import {runFolder} from '../../pipeline/runs.ts'
import {valueAt} from '../../pipeline/tree.ts'
import type {Project} from '../project.ts'
import {UsageError} from '../usage-error.ts'
import {findMeasuring, hasGallery, isWhitened} from './entries.ts'
import {type Measured, measure} from './measure.ts'
import {type EvaluateOptions, readReference} from './options.ts'
import type {Selection, SideFacts} from './render.ts'
import {spellTransforms} from './resize.ts'
import {describeSide, dimOf, type Hooks, openSide, type Side} from './side.ts'
import {checkSameImages, openState, type State} from './state.ts'

/** One run's queries, and what they look among. */
export interface OneRun {
  readonly state: State
  readonly queries: Side
  /** Absent where queries look among each other. */
  readonly gallery?: Side
  readonly selection: Selection
  /** Folder for what is measured. */
  readonly out: string
}

/** Finds out what is asked for, and refuses what cannot be before an image is described. */
export async function openOneRun(project: Project, options: EvaluateOptions): Promise<OneRun> {
  const {split, symmetric} = options
  const which = options.epoch === undefined ? 'best' : String(options.epoch)
  const state = await openState(project, options.run, which)
  const queries = openSide(state, options.size)
  const gallery = symmetric ? undefined : await openGallery(project, options, state, queries)
  refuseMeasured(state, queries, options, gallery)
  if (gallery !== undefined && gallery.state !== state) await checkPair(state, gallery.state, split)
  const {run, epoch, chosen} = state
  const selection = {
    run,
    epoch,
    chosen,
    ...((gallery || queries.transforms) && {queries: factsOf(queries)}),
    ...(gallery && {gallery: {...factsOf(gallery), ...(gallery.state !== state && {chosen: gallery.state.chosen})}}),
  }
  const label = nameOf(split, queries, gallery) + (symmetric ? '-symmetric' : '')
  return {state, queries, ...(gallery && {gallery}), selection, out: measuredFolder(state, label)}
}

/** Describes both sides, unless the store has them, and measures. */
export async function measureOneRun(
  {state, queries, gallery, selection, out}: OneRun,
  split: string,
  hooks: Hooks,
): Promise<Measured> {
  const files: Record<'descriptors' | 'gallery' | 'training', string | undefined> = {
    descriptors: undefined,
    gallery: undefined,
    training: undefined,
  }
  const wanted = [
    // First, for it may refuse to fit.
    ...(gallery === undefined ? [] : [{input: 'gallery', side: gallery, of: split} as const]),
    {input: 'descriptors', side: queries, of: split} as const,
    ...(isWhitened(state.request.config) ? [{input: 'training', side: queries, of: 'train'} as const] : []),
  ]
  for (const {input, side, of} of wanted) {
    const {exitCode, files: made} = await describeSide(side, of, hooks)
    if (exitCode !== 0) return {exitCode}
    files[input] = made.descriptors
  }
  return measure(state, split, files, {out, about: {selection}, hooks})
}

/** Folder in the run, but no part of it: no rule that keeps or chooses an epoch ever sees it. */
export function measuredFolder({request, run}: State, label: string): string {
  return join(runFolder(request.artifacts, run), 'measured', label)
}

async function openGallery(
  project: Project,
  {gallery, gallerySize}: EvaluateOptions,
  state: State,
  queries: Side,
): Promise<Side | undefined> {
  if (gallery !== undefined) {
    const {run, which} = readReference(gallery)
    return openSide(await openState(project, run, which), gallerySize)
  }
  if (hasGallery(state.request.config)) return openSide(state, gallerySize, true)
  if (gallerySize === undefined) return undefined
  const side = openSide(state, gallerySize)
  const isSame = side.transforms?.size === queries.transforms?.size
  return isSame ? undefined : side
}

/** What the run measures at every epoch is there to be looked at. */
function refuseMeasured({run, epoch, request}: State, queries: Side, options: EvaluateOptions, gallery?: Side): void {
  const {split, evaluate} = findMeasuring(request.config)
  const isOwn = queries.transforms === undefined && (gallery === undefined || isOwnGallery(gallery))
  const isSymmetricLook = options.symmetric && hasGallery(request.config)
  if (options.split === split && isOwn && !isSymmetricLook)
    throw new UsageError(`The run measures split ${split} itself: npx nearmiss show ${evaluate}@${epoch} --run ${run}`)
}

function isOwnGallery({asGallery, transforms}: Side): boolean {
  return asGallery && transforms === undefined
}

async function checkPair(state: State, other: State, split: string): Promise<void> {
  const [asking, asked] = [await dimOf(state), await dimOf(other)]
  if (asking !== undefined && asked !== undefined && asking !== asked)
    throw new UsageError(
      `Descriptors of ${state.run}@${state.epoch} have ${asking} numbers, those of ${other.run}@${other.epoch} ${asked}. ` +
        'Queries and gallery must be described in one space: give a gallery of a run that learnt from or for the other.',
    )
  await checkSameImages(state, [other], split)
}

function factsOf({state, asGallery, transforms}: Side): SideFacts {
  const {params} = state.request.config
  const ofRecipe = asGallery ? valueAt(params, ['gallery', 'model']) : null
  const list = transforms?.list ?? valueAt(params, asGallery ? ['gallery', 'transforms'] : ['image', 'eval'])
  const multiscale = valueAt(params, ['image', 'multiscale', 'scales'])
  return {
    model: typeof ofRecipe === 'string' ? ofRecipe : `${state.run}@${state.epoch}`,
    pictures: list === null ? 'as its checkpoint says' : spellTransforms(list),
    ...(Array.isArray(multiscale) && {scales: multiscale as number[]}),
  }
}

/** `test@8`, `test@8-at-32-among-teacher@5-at-64`. */
function nameOf(split: string, queries: Side, gallery: Side | undefined): string {
  const at = ({transforms}: Side) => (transforms === undefined ? '' : `-at-${transforms.size}`)
  const start = `${split}@${queries.state.epoch}${at(queries)}`
  if (gallery === undefined || isOwnGallery(gallery)) return start
  const {run, epoch} = gallery.state
  return `${start}-among-${run}@${epoch}${at(gallery)}`
}

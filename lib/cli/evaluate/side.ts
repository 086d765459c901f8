import {type Derived, executeDerived} from '../../pipeline/derived.ts'
import type {RunRequest} from '../../pipeline/run-request.ts'
import {valueAt} from '../../pipeline/tree.ts'
import {readDescriptorsHeader} from '../../tables/descriptors.ts'
import {UsageError} from '../usage-error.ts'
import {describingEntry, findMeasuring} from './entries.ts'
import {resized} from './resize.ts'
import type {State} from './state.ts'

/** Queries, or what they look among: who describes them, and at which resolution. */
export interface Side {
  readonly state: State
  /** Of the run's own gallery, which another model may describe. */
  readonly asGallery: boolean
  /** Other transforms than its own. */
  readonly transforms?: {readonly list: unknown[]; readonly size: number}
}

/** How the runner is watched and stopped. */
export type Hooks = Pick<RunRequest, 'onEvent' | 'signal' | 'kill'>

/** A side at a size in pixels; without one at its own. Throws UsageError where its transforms have no size that can be changed. */
export function openSide(state: State, size: number | undefined, asGallery = false): Side {
  if (size === undefined) return {state, asGallery}
  const {params} = state.request.config
  const own = asGallery ? valueAt(params, ['gallery', 'transforms']) : valueAt(params, ['image', 'eval'])
  if (own === null || own === undefined)
    throw new UsageError(
      'gallery.transforms of this run are null, so those in the checkpoint hold: say them in the parameters, or leave out --gallery-size.',
    )
  const list = resized(own, size)
  return {state, asGallery, ...(list && {transforms: {list, size}})}
}

/** Descriptors of a split: those in the store, where they were extracted before. */
export function describeSide({state, asGallery, transforms}: Side, split: string, hooks: Hooks): Promise<Derived> {
  const {request, epoch} = state
  const [name, entry] = describingEntry(request.config, {split, transforms, asGallery})
  const isOwn = Object.hasOwn(request.config.pipeline.loop.measure, name)
  return executeDerived({
    ...request,
    ...hooks,
    noWait: false,
    node: `${name}@${epoch}`,
    entries: isOwn ? {} : {[name]: entry},
  })
}

/** Numbers in a state's descriptors, by those that it was measured with; undefined where they are gone. */
export async function dimOf({nodes, request, epoch}: State): Promise<number | undefined> {
  const {extract} = findMeasuring(request.config)
  const file = nodes.find(({node}) => node === `${extract}@${epoch}`)?.files.descriptors
  return file === undefined ? undefined : (await readDescriptorsHeader(file)).dim
}

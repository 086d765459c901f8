import {createHash} from 'node:crypto'
import {existsSync, statSync} from 'node:fs'
import {mkdir, readFile, writeFile} from 'node:fs/promises'
import {basename, dirname, relative, resolve} from 'node:path'
import {openPictures, shrink} from '../../report/pictures.ts'
import {renderSearch} from '../../report/search-page.ts'
import {interruptible} from '../interrupt.ts'
import type {Project} from '../project.ts'
import {readCredits} from '../report/credits.ts'
import {describePictures} from '../search/describe.ts'
import {type SearchedSplit, searchedSplits} from '../search/entries.ts'
import {openGallery} from '../search/gallery.ts'
import {openState} from '../search/open.ts'
import {findFlaw} from '../search/picture.ts'
import {describeSearch, lookUp, renderFound} from '../search/render.ts'
import {serve} from '../search/serve.ts'
import {openWatch} from '../search/watch.ts'
import type {Terminal} from '../terminal.ts'
import {UsageError} from '../usage-error.ts'

export interface SearchOptions {
  readonly run?: string
  readonly top: number
  readonly split: SearchedSplit | 'all'
  readonly html?: string
  readonly serve: boolean
  readonly port: number
  readonly json: boolean
}

/** Finds the images of a run's data set that are nearest to a picture, or serves a page that does. */
export async function search(
  project: Project,
  picture: string | undefined,
  options: SearchOptions,
  terminal: Terminal,
): Promise<number> {
  return interruptible(async (stop) => {
    const bytes = picture === undefined ? undefined : await readPicture(picture)
    if (bytes === undefined && !options.serve) {
      throw new UsageError('Name a picture, or serve a page that takes them: npx nearmiss search --serve')
    }
    const state = await openState(project, options.run)
    const watch = openWatch(terminal, stop)
    const gallery = await openGallery(state, options.split === 'all' ? searchedSplits : [options.split], watch)
    const facts = describeSearch(state, gallery)
    const credits = await readCredits(state.images.root)
    const describeAll = (pictures: readonly Uint8Array[]) => describePictures(state, pictures, watch)
    if (bytes !== undefined && picture !== undefined) {
      const [vector] = await describeAll([bytes])
      const found = gallery.nearest(vector!, options.top)
      const sha256 = createHash('sha256').update(bytes).digest('hex')
      const shown = lookUp(found, state.images, sha256)
      if (options.json) {
        const {run} = state.request
        const {imageCount, recalls} = gallery
        terminal.print([JSON.stringify({run, epoch: state.epoch, images: imageCount, recalls, found: shown}, null, 2)])
      } else terminal.print([...renderFound(shown, terminal.paint), '', ...facts])
      if (options.html !== undefined) {
        const result = {name: basename(picture), thumbnail: await shrink(bytes), found}
        await writePage(options.html, await renderSearch(result, openPictures(state.images), facts, credits))
        if (!options.json) terminal.print([relative(process.cwd(), resolve(options.html))])
      }
    }
    if (options.serve) {
      const pictures = openPictures(state.images, {within: state.images.root})
      const {top, port} = options
      const {run} = state.request
      await serve({run, port, top, gallery, pictures, facts, credits, describeAll, stop}, terminal)
    }
    return 0
  })
}

async function readPicture(path: string): Promise<Buffer> {
  if (!existsSync(path) || !statSync(path).isFile()) throw new UsageError(`There is no picture "${path}".`)
  const bytes = await readFile(path)
  const flaw = await findFlaw(bytes)
  if (flaw !== undefined) throw new UsageError(`${path} ${flaw}.`)
  return bytes
}

async function writePage(path: string, html: string): Promise<void> {
  const file = resolve(path)
  await mkdir(dirname(file), {recursive: true})
  await writeFile(file, html)
}

import {once} from 'node:events'
import type {AddressInfo} from 'node:net'
import {type Pictures, shrink} from '../../report/pictures.ts'
import {renderDropPage, renderResults} from '../../report/search-page.ts'
import {UserError} from '../../user-error.ts'
import type {Terminal} from '../terminal.ts'
import type {Gallery} from './gallery.ts'
import {shutOtherLoaders} from './picture.ts'
import {openQueue} from './queue.ts'
import {openServer} from './server.ts'

export interface ServeRequest {
  readonly run: string
  readonly port: number
  readonly top: number
  readonly gallery: Gallery
  readonly pictures: Pictures
  /** What was searched and how, one sentence each, and whose pictures are shown. */
  readonly facts: readonly string[]
  readonly credits: readonly string[]
  readonly describeAll: (pictures: readonly Uint8Array[]) => Promise<Float32Array[]>
  readonly stop: AbortSignal
}

/** Serves a page on this machine alone, on which pictures are dropped, until it is stopped. */
export async function serve(request: ServeRequest, terminal: Terminal): Promise<void> {
  const {run, port, top, gallery, pictures, facts, credits, stop} = request
  shutOtherLoaders()
  const describe = openQueue(request.describeAll)
  const server = openServer({
    page: await renderDropPage(run, facts, credits),
    search: async (picture, name) => {
      const found = gallery.nearest(await describe(picture), top)
      return renderResults({name, thumbnail: await shrink(picture), found}, pictures)
    },
  })
  server.listen(port, '127.0.0.1')
  await once(server, 'listening').catch((error: NodeJS.ErrnoException) => {
    throw new UserError(`Port ${port} cannot be used (${error.code}). Give another: --port 0 takes any that is free`)
  })
  terminal.print([`http://127.0.0.1:${(server.address() as AddressInfo).port}/  (Ctrl-C ends it)`])
  if (!stop.aborted) await once(stop, 'abort')
  server.close()
  server.closeAllConnections()
}

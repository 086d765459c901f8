import {createServer, type IncomingMessage, type Server, type ServerResponse} from 'node:http'
import pLimit from 'p-limit'
import {findFlaw} from './picture.ts'

/** What the server does, and how much of it at most. */
export interface Service {
  readonly page: string
  /** Results for a picture as HTML. What it throws is told to the one who asked. */
  readonly search: (picture: Uint8Array, name: string) => Promise<string>
  readonly limits?: Limits
}

interface Limits {
  /** Bytes of the largest picture. */
  readonly bytes: number
  /** Pictures that are received or searched with at once. */
  readonly atOnce: number
  /** Time in which a request must have come whole. */
  readonly requestMs: number
}

const usualLimits: Limits = {bytes: 20e6, atOnce: 32, requestMs: 30_000}

/** Decoding takes memory for every pixel: two pictures at a time, the others wait. */
const decodedAtOnce = 2

/**
 * A server for this machine's own browser: the page, and searches. Nothing in a request names a file. It refuses what is too large
 * (413) before it is sent, what is no picture by its content (415), more than it can take (503), other sites' pages (403).
 */
export function openServer({page, search, limits = usualLimits}: Service): Server {
  const decoding = pLimit(decodedAtOnce)
  let active = 0

  async function answerSearch(request: IncomingMessage, response: ServerResponse, name: string): Promise<void> {
    const tooLarge = `The picture is too large: at most ${limits.bytes / 1e6} MB.`
    if (Number(request.headers['content-length']) > limits.bytes) return refuse(request, response, 413, tooLarge)
    if (active >= limits.atOnce) return refuse(request, response, 503, 'Too many pictures at once: try again soon.')
    active++
    try {
      const picture = await readBody(request, limits.bytes)
      if (picture === undefined) return refuse(request, response, 413, tooLarge)
      const flaw = await decoding(() => findFlaw(picture))
      if (flaw !== undefined) return refuse(request, response, 415, `${name} ${flaw}.`)
      send(response, 200, 'text/html; charset=utf-8', await search(picture, name))
    } finally {
      active--
    }
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (!isOwn(request)) return refuse(request, response, 403, 'Only pages of this server may ask.')
    const {pathname, searchParams} = new URL(`http://localhost${request.url?.startsWith('/') ? request.url : '/?'}`)
    const methods = {'/': 'GET', '/neighbours': 'POST'}[pathname]
    if (methods === undefined) return refuse(request, response, 404, 'There is no such page.')
    if (request.method !== methods) {
      response.setHeader('allow', methods)
      return refuse(request, response, 405, `Use ${methods}.`)
    }
    if (pathname === '/') return send(response, 200, 'text/html; charset=utf-8', page)
    return answerSearch(request, response, nameOf(searchParams.get('name')))
  }

  const handle = (request: IncomingMessage, response: ServerResponse) => {
    answer(request, response).catch((error: unknown) => {
      // Who has gone away needs no answer; everybody else is told, and the server goes on.
      if (!response.destroyed) refuse(request, response, 500, error instanceof Error ? error.message : String(error))
    })
  }
  const server = createServer({
    requestTimeout: limits.requestMs,
    headersTimeout: Math.min(10_000, limits.requestMs),
    connectionsCheckingInterval: Math.min(1000, limits.requestMs),
    maxHeaderSize: 16_384,
  })
  server.maxConnections = 8 * limits.atOnce
  server.on('request', handle)
  // A client that asks before it sends is refused before it has sent anything.
  server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
    if (!(Number(request.headers['content-length']) > limits.bytes)) response.writeContinue()
    handle(request, response)
  })
  return server
}

/**
 * Whether a request comes from a page of this server or from no page at all: a name that leads to this machine by trickery (DNS
 * rebinding) shows in Host, another site's page in Origin.
 */
function isOwn({headers}: IncomingMessage): boolean {
  const {host = '', origin} = headers
  if (!/^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/.test(host)) return false
  return origin === undefined || origin === `http://${host}`
}

/** A name to show, whatever was sent as one. */
function nameOf(given: string | null): string {
  const name = (given ?? '').replaceAll(/\p{C}/gu, ' ').trim().slice(0, 100)
  return name === '' ? 'the picture' : name
}

/** The body, or undefined once it is longer than allowed: it is not read to its end. */
async function readBody(request: IncomingMessage, limit: number): Promise<Buffer | undefined> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of request.iterator({destroyOnReturn: false})) {
    length += (chunk as Buffer).length
    if (length > limit) return undefined
    chunks.push(chunk as Buffer)
  }
  return Buffer.concat(chunks)
}

/** Time that a refused client has to notice before the line is cut. */
const graceMs = 1000

/**
 * Answers with a status and a sentence and closes the connection. What is still being sent is thrown away for a moment: cut at
 * once, most clients would report a broken connection instead of the answer.
 */
function refuse(request: IncomingMessage, response: ServerResponse, status: number, sentence: string): void {
  if (response.headersSent) return
  response.setHeader('connection', 'close')
  if (status === 503) response.setHeader('retry-after', '5')
  send(response, status, 'text/plain; charset=utf-8', `${sentence}\n`)
  request.resume()
  setTimeout(() => request.destroy(), graceMs).unref()
}

function send(response: ServerResponse, status: number, type: string, content: string): void {
  response.writeHead(status, {
    'content-type': type,
    'content-security-policy': "frame-ancestors 'none'",
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cache-control': 'no-store',
  })
  response.end(content)
}

import assert from 'node:assert/strict'
import {once} from 'node:events'
import {request, type Server} from 'node:http'
import {type AddressInfo, connect} from 'node:net'
import {after, before, suite, test} from 'node:test'
import {setTimeout as sleep} from 'node:timers/promises'
import sharp from 'sharp'
import {shutOtherLoaders} from '../../../lib/cli/search/picture.ts'
import {openServer} from '../../../lib/cli/search/server.ts'

const limits = {bytes: 100_000, atOnce: 8, requestMs: 1500}

suite('the server of the search page', () => {
  let server: Server
  let port: number
  let picture: Buffer

  before(async () => {
    shutOtherLoaders()
    picture = await sharp({create: {width: 20, height: 20, channels: 3, background: 'red'}})
      .png()
      .toBuffer()
    const search = async (bytes: Uint8Array, name: string) => {
      if (name === 'trouble') throw new Error('the stage failed')
      await sleep(50)
      return `<p>${bytes.length} bytes of ${name.replaceAll('<', '&lt;')}</p>`
    }
    server = openServer({page: '<!doctype html><title>page</title>', search, limits})
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    port = (server.address() as AddressInfo).port
  })
  after(() => {
    server.close()
    server.closeAllConnections()
  })

  // Whatever was done to it, it still answers.
  const lives = async () => {
    const {status, text} = await post(picture)
    assert.deepEqual([status, text], [200, `<p>${picture.length} bytes of a.png</p>`])
  }
  const post = async (body: Uint8Array | string, name = 'a.png', headers: Record<string, string> = {}) => {
    const address = `http://127.0.0.1:${port}/neighbours?name=${encodeURIComponent(name)}`
    const response = await fetch(address, {method: 'POST', body, headers})
    return {status: response.status, text: await response.text(), headers: response.headers}
  }

  test('gives its page, which nobody may frame or guess the type of', async () => {
    const response = await fetch(`http://127.0.0.1:${port}/`)
    assert.equal(response.status, 200)
    assert.match(response.headers.get('content-security-policy')!, /frame-ancestors 'none'/)
    assert.equal(response.headers.get('x-content-type-options'), 'nosniff')
    assert.match(await response.text(), /<title>page/)
  })

  test('answers a picture with what was found', lives)

  test('refuses what is no picture by its content, whatever it is called', async () => {
    const svg = '<svg xmlns="http://www.w3.org/2000/svg"><image href="file:///etc/passwd"/></svg>'
    for (const body of ['no picture', '', svg, '%PDF-1.4', picture.subarray(0, 60)]) {
      const {status, text} = await post(body, 'a.png', {'content-type': 'image/png'})
      assert.equal(status, 415, text)
      assert.match(text, /^a\.png is (empty|not a picture|cut short or damaged)/)
    }
    await lives()
  })

  test('refuses a picture of more pixels than it takes, without decoding it', async () => {
    const create = {width: 8000, height: 8000, channels: 3, background: 'white'} as const
    const wide = await sharp({create}).png({compressionLevel: 9, palette: true, colours: 2}).toBuffer()
    const small = limits.bytes > wide.length
    const {status, text} = await post(wide)
    assert.deepEqual([small, status, text], [true, 415, 'a.png has more than 50 megapixels.\n'])
    await lives()
  })

  test('refuses a gigabyte by its announced length, before it is sent', async () => {
    const started = performance.now()
    const {status, sent} = await announce(port, {'content-length': '1000000000'}, 1e9)
    assert.equal(status, 413)
    assert.ok(performance.now() - started < 10_000, 'at once')
    assert.ok(sent < 500e6, `${sent} bytes were taken`)
    await lives()
  })

  test('refuses a gigabyte of unknown length once it is more than it takes', async () => {
    const {status, sent} = await announce(port, {'transfer-encoding': 'chunked'}, 1e9)
    assert.equal(status, 413)
    assert.ok(sent < 500e6, `${sent} bytes were taken`)
    await lives()
  })

  test('tells a client that asks first not to send', async () => {
    const asked = request({
      port,
      host: '127.0.0.1',
      method: 'POST',
      path: '/neighbours',
      headers: {'content-length': 1e9, expect: '100-continue'},
    })
    let continued = false
    asked.on('continue', () => {
      continued = true
    })
    asked.flushHeaders()
    const [response] = await once(asked, 'response')
    assert.deepEqual([response.statusCode, continued], [413, false])
    asked.on('error', () => undefined) // the line is cut while the body was never sent
    asked.destroy()
    await lives()
  })

  test('knows two addresses; no path leads to a file', async () => {
    const paths = [
      '/../../../../etc/passwd',
      '/%2e%2e/%2e%2e/etc/passwd',
      '//etc/passwd',
      '/neighbours/../x',
      '/..%5c..%5cx',
      '/data/emoji',
      'http://example.org/',
      '*',
      '/\\..\\x',
    ]
    for (const path of paths) {
      const {status, text} = await raw(
        port,
        `GET ${path} HTTP/1.1\r\nHost: localhost:${port}\r\nConnection: close\r\n\r\n`,
      )
      assert.ok([400, 404].includes(status) || (status === 200 && text.includes('<title>page')), `${path}: ${status}`)
      assert.doesNotMatch(text, /root:/)
    }
    await lives()
  })

  test('names that are markup or control characters come through as text', async () => {
    const {text} = await post(picture, '<b>\u0000\u202e.png')
    assert.match(text, /bytes of &lt;b> {2}\.png</)
  })

  test('refuses other methods by saying which it takes', async () => {
    const response = await fetch(`http://127.0.0.1:${port}/neighbours`)
    assert.deepEqual([response.status, response.headers.get('allow')], [405, 'POST'])
    assert.equal((await fetch(`http://127.0.0.1:${port}/`, {method: 'DELETE'})).status, 405)
  })

  test('refuses pages of other sites, and names that were made to lead here', async () => {
    assert.equal((await post(picture, 'a.png', {origin: 'http://evil.example'})).status, 403)
    const rebound = await raw(port, 'GET / HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n')
    assert.equal(rebound.status, 403)
    assert.equal((await post(picture, 'a.png', {origin: `http://127.0.0.1:${port}`})).status, 200)
  })

  test('of 200 requests at once it answers what it can and refuses the rest cleanly', async () => {
    const answers = await Promise.all(
      Array.from({length: 200}, () => post(picture).catch(() => ({status: 0, headers: new Headers()}))),
    )
    const count = (status: number) => answers.filter((answer) => answer.status === status).length
    assert.ok(count(200) >= limits.atOnce, `${count(200)} answered`)
    // Beyond its connections the kernel turns away: no more than 8 for each place are open at once.
    assert.equal(count(200) + count(503) + count(0), 200)
    for (const {status, headers} of answers) if (status === 503) assert.equal(headers.get('retry-after'), '5')
    await sleep(1200)
    await lives()
  })

  test('gives up on a client that sends too slowly, while others are served', async () => {
    const socket = connect(port, '127.0.0.1')
    socket.on('error', () => undefined)
    socket.write(`POST /neighbours HTTP/1.1\r\nHost: localhost:${port}\r\nContent-Length: 1000\r\n\r\n`)
    const drip = setInterval(() => socket.write('x'), 100)
    await lives()
    const [[data]] = await Promise.all([once(socket, 'data'), once(socket, 'close')])
    clearInterval(drip)
    assert.match(String(data), /^HTTP\/1\.1 408 /)
    await lives()
  })

  test('a client that goes away in the middle harms nobody', async () => {
    for (let i = 0; i < 20; i++) {
      const socket = connect(port, '127.0.0.1')
      socket.write(`POST /neighbours HTTP/1.1\r\nHost: localhost:${port}\r\nContent-Length: 1000\r\n\r\nxxx`)
      await once(socket, 'connect')
      socket.destroy()
    }
    await sleep(100)
    await lives()
  })

  test('trouble in a search is told to the one who asked', async () => {
    const {status, text} = await post(picture, 'trouble')
    assert.deepEqual([status, text], [500, 'the stage failed\n'])
    await lives()
  })
})

/** Sends a long body for as long as it is taken, and waits for the answer. */
async function announce(
  port: number,
  headers: Record<string, string>,
  length: number,
): Promise<{status: number; sent: number}> {
  const asked = request({port, host: '127.0.0.1', method: 'POST', path: '/neighbours', headers})
  let sent = 0
  let isOver = false
  asked.on('error', () => {
    isOver = true // the server cut the line
  })
  const answered = once(asked, 'response')
  const chunk = Buffer.alloc(1 << 20)
  const feed = async () => {
    while (!isOver && sent < length) {
      sent += chunk.length
      if (!asked.write(chunk)) await Promise.race([once(asked, 'drain'), once(asked, 'close')]).catch(() => undefined)
    }
  }
  const feeding = feed()
  const [response] = await answered
  response.resume()
  isOver = true
  asked.destroy()
  await feeding
  return {status: response.statusCode, sent}
}

/** Sends text as it is and reads the answer to its end. */
async function raw(port: number, text: string): Promise<{status: number; text: string}> {
  const socket = connect(port, '127.0.0.1')
  socket.end(text)
  let answer = ''
  for await (const chunk of socket) answer += String(chunk)
  return {status: Number(/^HTTP\/1\.1 (\d+)/.exec(answer)?.[1]), text: answer}
}

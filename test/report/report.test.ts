import assert from 'node:assert/strict'
import {createHash} from 'node:crypto'
import {test} from 'node:test'
import {analyse} from '../../lib/report/analysis/analyse.ts'
import {renderComparison} from '../../lib/report/compare.ts'
import {openPictures} from '../../lib/report/pictures.ts'
import {renderReport} from '../../lib/report/report.ts'
import {someFacts, someTables, temporaryFolder} from './fixtures.ts'

const labels = Array.from({length: 30}, (_, row) => Math.floor(row / 5))
const names = ['robin', 'wren', 'great tit', 'swift', 'crow', 'gull']

async function reportOf(context: {after(action: () => Promise<void>): void}, classNames = names, facts = someFacts()) {
  const tables = await someTables(await temporaryFolder(context), labels, classNames)
  return renderReport(facts, analyse(tables), openPictures(tables.images), ['Pictures (c) nobody'])
}

test('a report shows all its parts, each reachable from the list at the top', async (context) => {
  const html = await reportOf(context)
  const ids = [
    'headline',
    'curves',
    'retrieval',
    'gallery',
    'map',
    'classes',
    'confusions',
    'triplets',
    'duplicates',
    'provenance',
  ]
  for (const id of ids) {
    assert.ok(html.includes(`<a href="#${id}">`), `${id} is in the list`)
    assert.ok(html.includes(`<section id="${id}"`), `${id} is there`)
  }
  assert.match(
    html,
    /Epoch 1, the best of 3 measured states by precision@1 on the validation set, has precision@1 0\.5000 \(untrained 0\.3000, raw pixels 0\.3500\)\./,
  )
  assert.match(html, /0\.5000 \(0\.4500 to 0\.5500\)/)
  assert.match(html, /Pictures \(c\) nobody/)
  assert.match(html, /✓ right/)
  assert.match(html, /✗ wrong/)
})

test('a report asks for nothing: no address leads out of it, and its policy forbids requests', async (context) => {
  const html = await reportOf(context)
  const addresses = [...html.matchAll(/\b(?:src|href|srcset|action|data|poster)="([^"]*)"/g)].map(
    ([, address]) => address!,
  )
  assert.ok(addresses.length > 50)
  for (const address of addresses) assert.match(address, /^(#|data:image\/)/)
  assert.doesNotMatch(html, /@import|url\((?!data:)/)
  assert.match(html, /http-equiv="Content-Security-Policy" content="default-src &#39;none&#39;; img-src data:; /)
})

test('the policy allows the one script of the page, by its hash', async (context) => {
  const html = await reportOf(context)
  const scripts = [...html.matchAll(/<script>([\s\S]*?)<\/script>/g)].map(([, text]) => text!)
  assert.equal(scripts.length, 1)
  const hash = createHash('sha256').update(scripts[0]!).digest('base64')
  assert.ok(html.includes(`script-src &#39;sha256-${hash}&#39;`))
})

test('names of classes, runs and parameters that are markup stay text', async (context) => {
  const hostile = [
    '<script>alert(1)</script>',
    '"><img src=x onerror=alert(2)>',
    "' onmouseover='alert(3)",
    '</script><script>alert(4)</script>',
    '&lt;b&gt; & <!--',
    '$ {alert(6)}\u2028\u202Etxet',
  ]
  const facts = someFacts({
    run: '<i>run</i>',
    parameters: [['<u>p</u>', '</code><script>alert(7)</script>']],
    measurement: [['<em>split</em>', '<b>val</b>']],
  })
  const html = await reportOf(context, hostile, facts)
  const plain = await reportOf(context)
  const tags = (text: string) => [...text.matchAll(/<(\/?[a-z!-]+)/gi)].map(([, tag]) => tag!)
  const count = (text: string, tag: string) => tags(text).filter((own) => own === tag).length
  for (const tag of ['script', '/script', 'u', 'i', 'em', '!--']) {
    assert.equal(count(html, tag), count(plain, tag), `<${tag}`)
  }
  assert.doesNotMatch(html, /<[a-z]+[^>"]* on[a-z]+=/i, 'no element has a handler')
  const points = /<script type="application\/json" id="plane-points">([\s\S]*?)<\/script>/.exec(html)
  const {names: shown} = JSON.parse(points![1]!) as {names: string[]}
  assert.deepEqual(new Set(shown), new Set(hostile), 'the map knows the names as they are')
})

test('what is missing is said at the top and left out below', async (context) => {
  const tables = await someTables(await temporaryFolder(context), labels, names)
  const {described: _, queries: __, mined: ___, ...rest} = tables
  const analysis = analyse({...rest, missing: ['Descriptors of epoch 1 are not in the store.']})
  const html = await renderReport(someFacts(), analysis, openPictures(tables.images), [])
  assert.match(html, /<p class="warning">Descriptors of epoch 1 are not in the store\.<\/p>/)
  assert.doesNotMatch(html, /id="(map|gallery|classes|triplets)"/)
  assert.match(html, /id="headline"/)
  const alone = await renderReport(someFacts({epochs: []}), undefined, undefined, [])
  assert.match(alone, /No epoch has been measured yet\./)
  assert.match(alone, /No table of images is in the store/)
})

test('a best epoch that was chosen on the test classes is never called chosen on the validation set', async () => {
  const html = await renderReport(someFacts({chosenOnTest: true}), undefined, undefined, [])
  assert.match(html, /on the test classes, which flatters it,/)
  assert.doesNotMatch(html, /on the validation set/)
  const beside = await renderComparison([someFacts(), someFacts({run: 'published', chosenOnTest: true})])
  assert.equal(beside.match(/of 0\.\.\d+, chosen on the test classes/g)?.length, 1)
})

test('a set whose images all find their class has no mistakes to show', async (context) => {
  const tables = await someTables(await temporaryFolder(context), labels, names)
  const queries = {...tables.queries!, precisionAt1: new Float32Array(30).fill(1), nearestLabel: tables.queries!.label}
  const html = await renderReport(someFacts(), analyse({...tables, queries}), openPictures(tables.images), [])
  assert.doesNotMatch(html, /The surest mistakes|id="confusions"/)
})

test('a comparison lays curves over each other and shows only parameters that differ', async () => {
  const one = someFacts()
  const other = someFacts({
    run: 'wide',
    parameters: [
      ['objective.margin', '0.2'],
      ['model.width', '64'],
    ],
  })
  const html = await renderComparison([{...one, parameters: [...one.parameters, ['model.width', '64']]}, other])
  assert.match(html, /<th scope="row" class="text">objective\.margin<\/th>/)
  assert.doesNotMatch(html, /model\.width/)
  assert.match(html, /aria-label="precision@1\. demo from 0\.3000 .*; wide from 0\.3000/)
  assert.doesNotMatch(html, /class="warning"/)
})

test('runs that were not measured alike are not compared without a warning', async () => {
  const html = await renderComparison([someFacts(), someFacts({run: 'b', measurement: [['split', 'test']]})])
  assert.match(html, /The runs were not measured alike.*They differ in split: demo: val; b: test\./)
})

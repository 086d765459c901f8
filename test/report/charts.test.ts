import assert from 'node:assert/strict'
import {test} from 'node:test'
import sharp from 'sharp'
import {drawChart} from '../../lib/report/charts/draw.ts'
import {infoPlot} from '../../lib/report/charts/info-plot.ts'
import {lineChart} from '../../lib/report/charts/lines.ts'
import {mapChart} from '../../lib/report/charts/map.ts'
import {filePalette, pagePalette} from '../../lib/report/palette.ts'
import {someFacts} from './fixtures.ts'

const points = [
  {x: 0, y: 0.25, low: 0.2, high: 0.3},
  {x: 1, y: 0.5, low: 0.4, high: 0.6},
]
const chart = lineChart({
  title: 'precision@1',
  xTitle: 'epoch',
  series: [{name: 'a', points}],
  level: {name: 'raw pixels', y: 0.4},
})

test('equal charts are equal text', async () => {
  assert.equal(await drawChart(chart, filePalette), await drawChart(chart, filePalette))
})

test('a chart is one image for a screen reader, described by what it shows', async () => {
  const svg = await drawChart(chart, pagePalette)
  assert.equal(svg.match(/ role="/g)?.length, 1)
  assert.match(
    svg,
    /^<svg role="img" aria-label="precision@1\. a from 0\.2500 \(epoch 0\) to 0\.5000 \(epoch 1\); raw pixels: 0\.4000\."/,
  )
})

test('inside the page colours are the reader’s, in a file they are fixed and other programs draw it', async () => {
  assert.match(await drawChart(chart, pagePalette), /stroke="var\(--series-0\)"/)
  const svg = await drawChart(chart, filePalette)
  assert.doesNotMatch(svg, /var\(/)
  const {width} = await sharp(Buffer.from(svg)).metadata()
  assert.ok(width > 380)
})

test('names that are markup are text in a chart', async () => {
  const hostile = `"><script>alert(1)</script>&`
  const series = [
    {name: hostile, points},
    {name: 'b', points},
  ]
  const svg = await drawChart(lineChart({title: hostile, xTitle: 'epoch', series}), pagePalette)
  assert.doesNotMatch(svg, /<script/)
  assert.ok((await sharp(Buffer.from(svg)).metadata()).width > 0, 'it is well-formed')
})

test('lines differ in dashes and in symbols, not in colour alone', async () => {
  const series = ['a', 'b'].map((name) => ({name, points}))
  const svg = await drawChart(lineChart({title: 't', xTitle: 'epoch', series}), filePalette)
  const lines = [...svg.matchAll(/class="mark-line[^>]*><path[^>]*stroke-dasharray="([^"]*)"/g)].map(
    ([, dashes]) => dashes,
  )
  assert.equal(new Set(lines).size, 2, svg)
})

test("Roth's info plot has the least loss and the best of every metric in its titles", async () => {
  const svg = await drawChart(infoPlot(someFacts()), filePalette)
  assert.match(svg, />training loss, least 1\.2500</)
  assert.match(svg, />validation, best precision@1 0\.5000</)
})

test('a mark’s word stands inside of the chart, so that it runs over no number of an axis', async () => {
  const wordAt = async (x: number) => {
    const spec = {title: 't', xTitle: 'epoch', series: [{name: 'a', points}], mark: {name: 'best', x}}
    return /text-anchor="(\w+)"[^>]*>best</.exec(await drawChart(lineChart(spec), filePalette))?.[1]
  }
  assert.deepEqual([await wordAt(0), await wordAt(1)], ['start', 'end'])
})

test('a map without queries says nothing of nearest images', async () => {
  const map = {id: Int32Array.of(0, 1), x: Float64Array.of(0, 1), y: Float64Array.of(0, 1), imageCount: 2}
  assert.doesNotMatch(await drawChart(mapChart(map, undefined, filePalette), filePalette), /nearest/)
})

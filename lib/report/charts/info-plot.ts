import type {RunFacts} from '../facts.ts'
import type {Chart} from './draw.ts'
import {lineChart} from './lines.ts'
import {fieldPoints, metricPoints} from './points.ts'

/** Training loss on the left, all metrics on the right, with the best of each in the title (Roth's InfoPlot_Base.svg). */
export function infoPlot({epochs, metrics}: RunFacts): Chart {
  const losses = fieldPoints(epochs, 'loss')
  const least = losses.length === 0 ? '' : `, least ${Math.min(...losses.map(({y}) => y)).toFixed(4)}`
  const lines = metrics.map(({name, title}) => ({name: title, points: metricPoints(epochs, name)}))
  const best = lines.map(({name, points}) => `${name} ${Math.max(...points.map(({y}) => y)).toFixed(4)}`)
  const [loss, measured] = [
    lineChart({title: `training loss${least}`, xTitle: 'epoch', series: [{name: 'training loss', points: losses}]}),
    lineChart({title: `validation, best ${best.join(', ')}`, xTitle: 'epoch', series: lines}),
  ]
  return {
    description: `${loss.description} ${measured.description}`,
    spec: {
      hconcat: [loss.spec, measured.spec],
      resolve: {scale: {color: 'independent', shape: 'independent', strokeDash: 'independent'}},
    },
  }
}

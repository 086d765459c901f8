import type {DistanceHistogram} from '../analysis/retrieval.ts'
import {type Chart, dashLegend} from './draw.ts'

/** How far apart images of one class and of two classes are: the less the two hills overlap, the better. */
export function distanceChart({binWidth, positive, negative}: DistanceHistogram, width = 380): Chart {
  const names = ['same class', 'other class']
  const values = [positive, negative].flatMap((shares, kind) =>
    Array.from(shares, (share, bin) => ({distance: bin * binWidth, share, name: names[kind]})),
  )
  const tellApart = {
    field: 'name',
    type: 'nominal',
    sort: names,
    legend: dashLegend,
  } as const
  return {
    description: `Distances of pairs. Same class: most often ${mode(positive, binWidth)}; other class: most often ${mode(negative, binWidth)}.`,
    spec: {
      width,
      height: 190,
      title: 'distances of pairs of images',
      data: {values},
      layer: [
        {
          mark: {type: 'area', interpolate: 'step-after', fillOpacity: 0.18, line: false},
          encoding: {
            x: {field: 'distance', type: 'quantitative', title: 'Euclidean distance', axis: {grid: false}},
            y: {field: 'share', type: 'quantitative', title: 'share of pairs', stack: null, axis: {tickCount: 5}},
            color: tellApart,
          },
        },
        {
          mark: {type: 'line', interpolate: 'step-after', strokeWidth: 2},
          encoding: {
            x: {field: 'distance', type: 'quantitative'},
            y: {field: 'share', type: 'quantitative', stack: null},
            color: tellApart,
            strokeDash: tellApart,
          },
        },
      ],
    },
  }
}

function mode(shares: Float64Array, binWidth: number): string {
  const bin = shares.indexOf(Math.max(...shares))
  return `${(bin * binWidth).toFixed(2)} to ${((bin + 1) * binWidth).toFixed(2)}`
}

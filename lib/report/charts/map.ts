import type {PlaneMap} from '../analysis/map.ts'
import type {QueryRows} from '../facts.ts'
import type {Palette} from '../palette.ts'
import type {Chart} from './draw.ts'

/** A point per image; those whose nearest image is of another class are crosses. Without queries nothing is known of that. */
export function mapChart(map: PlaneMap, queries: QueryRows | undefined, palette: Palette, width = 820): Chart {
  const right = new Set(queries === undefined ? map.id : queries.id.filter((_, row) => queries.precisionAt1[row] === 1))
  const names = ['nearest image is of its class', 'nearest image is of another class']
  const values = Array.from(map.id, (id, i) => ({
    x: Number(map.x[i]!.toFixed(3)),
    y: Number(map.y[i]!.toFixed(3)),
    name: names[right.has(id) ? 0 : 1],
  }))
  const wrong = values.filter(({name}) => name === names[1]).length
  const tellApart = {field: 'name', type: 'nominal'} as const
  return {
    description: `Map of ${values.length} images${queries === undefined ? '.' : `: ${wrong} of them have a nearest image of another class.`}`,
    spec: {
      width,
      height: Math.round(width * 0.62),
      data: {values},
      mark: {type: 'point', filled: false, strokeWidth: 1.3, size: 22},
      encoding: {
        x: {field: 'x', type: 'quantitative', axis: null, scale: {zero: false, nice: false}},
        y: {field: 'y', type: 'quantitative', axis: null, scale: {zero: false, nice: false}},
        color: {
          ...tellApart,
          ...(queries === undefined && {legend: null}),
          scale: {domain: names, range: [palette.series[0]!, palette.bad]},
        },
        shape: {
          ...tellApart,
          ...(queries === undefined && {legend: null}),
          scale: {domain: names, range: ['circle', 'M-1,-1L1,1M-1,1L1,-1']},
        },
      },
    },
  }
}

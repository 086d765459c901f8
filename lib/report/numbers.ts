import type {Analysis} from './analysis/analyse.ts'
import {openClassNames} from './analysis/classes.ts'
import type {Recovery} from './analysis/gallery.ts'
import type {RunFacts} from './facts.ts'
import type {Row} from './write-rows.ts'

/** The numbers behind every part of a report, as tables that other programs read. */
export function numbersOf(facts: RunFacts, analysis: Analysis | undefined): {name: string; rows: readonly Row[]}[] {
  const tables = [
    {name: 'epochs', rows: epochRows(facts)},
    {name: 'parameters', rows: facts.parameters.map(([parameter, value]) => ({parameter, value}))},
    {name: 'artifacts', rows: facts.origins.map(({startedAt, ...origin}) => ({...origin, started_at: startedAt}))},
    ...(analysis === undefined ? [] : analysisTables(analysis)),
  ]
  return tables.filter(({rows}) => rows.length > 0)
}

function epochRows({epochs, metrics}: RunFacts): Row[] {
  return epochs.map((row) => ({
    epoch: row.epoch,
    best: row.best,
    ...Object.fromEntries(
      metrics.flatMap(({name}) => {
        const measured = row.metrics[name]
        return [
          [name, measured?.value],
          ...(measured?.interval === undefined
            ? []
            : [
                [`${name}_low`, measured.interval.low],
                [`${name}_high`, measured.interval.high],
              ]),
        ]
      }),
    ),
    loss: row.loss,
    active_fraction: row.activeFraction,
    positive_distance: row.positiveDistance,
    negative_distance: row.negativeDistance,
    seconds: row.seconds,
  }))
}

function analysisTables(analysis: Analysis): {name: string; rows: readonly Row[]}[] {
  const {tables, retrieval, plane, classes, confusions, triplets, duplicates, drawn, mistakes} = analysis
  const nameOf = openClassNames(tables.images)
  const histogram = retrieval?.histogram
  return [
    {name: 'recall', rows: Array.from(retrieval?.recall ?? [], (recall, i) => ({k: i + 1, recall}))},
    {
      name: 'distances',
      rows: Array.from(histogram?.positive ?? [], (positive, bin) => ({
        from: bin * histogram!.binWidth,
        to: (bin + 1) * histogram!.binWidth,
        same_class: positive,
        other_class: histogram!.negative[bin],
      })),
    },
    {name: 'map', rows: Array.from(plane?.id ?? [], (image, i) => ({image, x: plane!.x[i], y: plane!.y[i]}))},
    {
      name: 'classes',
      rows: classes.map(({label, images, precisionAt1, mapAtR, takenFor}) => ({
        class: nameOf(label),
        label,
        images,
        precision_at_1: precisionAt1,
        map_at_r: mapAtR,
        taken_for: takenFor && nameOf(takenFor.label),
        times: takenFor?.times,
      })),
    },
    {
      name: 'confusions',
      rows: confusions.map(({a, b, times, images, example}) => ({
        class_a: nameOf(a),
        class_b: nameOf(b),
        times,
        images,
        nearest_query: example.query,
        nearest_image: example.nearest,
        distance: example.distance,
      })),
    },
    {
      name: 'triplets',
      rows: triplets.map(({positiveDistance, negativeDistance, ...triplet}) => ({
        ...triplet,
        positive_distance: positiveDistance,
        negative_distance: negativeDistance,
      })),
    },
    {
      name: 'duplicates',
      rows: duplicates.map(({a, b, distance, sameBytes, sameClass}) => ({
        image_a: a,
        image_b: b,
        distance,
        same_bytes: sameBytes,
        same_class: sameClass,
      })),
    },
    {name: 'recoveries', rows: [...recoveryRows(drawn, 'drawn'), ...recoveryRows(mistakes, 'mistake')]},
  ]
}

function recoveryRows(recoveries: readonly Recovery[], how: string): Row[] {
  return recoveries.flatMap(({query, neighbours}) =>
    neighbours.map(({id, distance, isRight}, rank) => ({how, query, rank, image: id, distance, right: isRight})),
  )
}

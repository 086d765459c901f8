import type {ParametersOf} from '../card.ts'
import type {Curve} from '../curves.ts'
import {NOISE} from '../distances/noise.ts'
import {openDistance} from '../distances.ts'
import {pairLoss} from '../pair-loss.ts'
import {teacherOf} from '../teacher.ts'
import {anchorTerms, type Terms} from '../terms.ts'
import {openVectors} from '../vectors.ts'
import type {rkd} from './rkd.card.ts'

/** Distances, in units of their mean, and angles among the rows are trained to the teacher's. */
export const open = pairLoss<ParametersOf<typeof rkd>>('batch', (distance, batch, parameters) => {
  const vectors = openVectors(teacherOf(batch, 'rkd'))
  const taught = openDistance(vectors, parameters.distance).values
  vectors.dispose()
  const pairs = {rows: distance.rows, squared: distance.values, taught, gradient: distance.gradient}
  return [
    ...(parameters.distance_weight === 0 ? [] : [distanceTerms(pairs, parameters.distance_weight)]),
    ...(parameters.angle_weight === 0 ? [] : [angleTerms(pairs, parameters.angle_weight)]),
  ]
})

/** Squared distances of student and teacher, [rows * rows], with the gradient by the student's. */
interface Pairs {
  readonly rows: number
  readonly squared: Float32Array
  readonly taught: Float32Array
  readonly gradient: Float32Array
}

/** x^2 / 2 below 1, |x| - 1/2 above: smooth L1. */
const huber: Curve = {
  value: (x) => (Math.abs(x) < 1 ? x ** 2 / 2 : Math.abs(x) - 0.5),
  slope: (x) => Math.max(-1, Math.min(1, x)),
}

/** One term a row: all its distances. */
function distanceTerms({rows, squared, taught, gradient}: Pairs, weight: number): Terms {
  const [own, wanted] = [inUnitsOfMean(squared), inUnitsOfMean(taught)]
  const share = weight / rows ** 2
  const off = (place: number) => own.scaled[place]! - wanted.scaled[place]!
  const eachOf = (row: number, visit: (place: number) => void) => {
    for (let place = row * rows; place < (row + 1) * rows; place++) visit(place)
  }
  const terms = anchorTerms(
    [...Array(rows).keys()],
    rows,
    (row) => {
      let sum = 0
      eachOf(row, (place) => {
        sum += share * huber.value(off(place))
      })
      return sum
    },
    () => {},
  )
  return {
    ...terms,
    backward(weightOf) {
      const pulls = new Float64Array(squared.length)
      let alongScale = 0
      let row = 0
      terms.each((value) => {
        const given = weightOf(value, row) * share
        eachOf(row, (place) => {
          pulls[place] = given * huber.slope(off(place))
          alongScale += pulls[place]! * own.scaled[place]!
        })
        row++
      })
      // The mean of all distances, in units of which they are told, moves with each of them.
      for (let place = 0; place < squared.length; place++) {
        const distance = Math.sqrt(squared[place]!)
        if (distance <= NOISE) continue
        gradient[place]! += (pulls[place]! - alongScale / own.count) / own.mean / (2 * distance)
      }
    },
  }
}

/** Distances divided by the mean of those that are not 0. */
function inUnitsOfMean(squared: Float32Array): {scaled: Float64Array; mean: number; count: number} {
  const distances = Float64Array.from(squared, Math.sqrt)
  const count = Math.max(1, distances.filter((distance) => distance > NOISE).length)
  const mean = distances.reduce((sum, distance) => sum + (distance > NOISE ? distance : 0), 0) / count || 1
  return {scaled: distances.map((distance) => (distance > NOISE ? distance / mean : 0)), mean, count}
}

/** One term a row: the angles at it between any two others. */
function angleTerms({rows, squared, taught, gradient}: Pairs, weight: number): Terms {
  // Both orders of the two others at once.
  const share = (2 * weight) / rows ** 3
  const eachAngle = (row: number, visit: (toOne: number, toOther: number, between: number) => void) => {
    for (let one = 0; one < rows; one++) {
      if (one === row) continue
      for (let other = one + 1; other < rows; other++) {
        if (other !== row) visit(row * rows + one, row * rows + other, one * rows + other)
      }
    }
  }
  const value = (row: number) => {
    let sum = 0
    eachAngle(row, (...places) => {
      sum += share * huber.value(cosine(squared, ...places) - cosine(taught, ...places))
    })
    return sum
  }
  const spread = (row: number, given: number) => {
    eachAngle(row, (toOne, toOther, between) => {
      const own = cosine(squared, toOne, toOther, between)
      const pull = given * share * huber.slope(own - cosine(taught, toOne, toOther, between))
      const [a, b] = [squared[toOne]!, squared[toOther]!]
      if (pull === 0 || a <= NOISE ** 2 || b <= NOISE ** 2) return
      const inverse = 1 / (2 * Math.sqrt(a * b))
      gradient[toOne]! += pull * (inverse - own / (2 * a))
      gradient[toOther]! += pull * (inverse - own / (2 * b))
      gradient[between]! -= pull * inverse
    })
  }
  return anchorTerms([...Array(rows).keys()], rows, value, spread)
}

/** Of the angle between two sides of a triangle, from the squares of all three; 0 where a side has no length. */
function cosine(squared: Float32Array, toOne: number, toOther: number, between: number): number {
  const [a, b] = [squared[toOne]!, squared[toOther]!]
  if (a <= NOISE ** 2 || b <= NOISE ** 2) return 0
  return (a + b - squared[between]!) / (2 * Math.sqrt(a * b))
}

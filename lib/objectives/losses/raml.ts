import type {Raw} from '../../engine/op.ts'
import type {ParametersOf} from '../card.ts'
import {openDistance} from '../distances.ts'
import type {LossOpener} from '../loss.ts'
import {placesBy} from '../places-by.ts'
import {teacherOf} from '../teacher.ts'
import {anchorTerms} from '../terms.ts'
import {openVectors, type Space} from '../vectors.ts'
import type {raml} from './raml.card.ts'

/** Added inside every square, as in the code of the paper. */
const EPSILON = 1e-6

/** The student's similarities are trained to the teacher's. */
export const open: LossOpener<ParametersOf<typeof raml>> = ({distance: spec, ...weights}) => ({
  compares: 'batch',
  weights: [],
  start(batch) {
    const {rows, dim} = batch.vectors
    const teacher = teacherOf(batch, 'raml', dim)
    // Columns: the student's rows, then the teacher's.
    const vectors = openVectors(batch.vectors.tensor('raw'), teacher)
    const {columns, values, gradient, backward} = openDistance(vectors, spec)
    const taught = similarities(teacher, spec.normalise ? 'unit' : 'raw')
    const views = placesBy(batch.group)

    /** Every square of a row: place of the similarity, how far it is off, weight. */
    const eachSquare = (row: number, visit: (place: number, off: number, weight: number) => void) => {
      const own = views.get(batch.group[row]!)!
      const absolute = row * columns + rows + row
      visit(absolute, values[absolute]! - 1 - EPSILON, weights.absolute / own.length)
      const share = 1 / (own.length * (own.length - 1))
      for (const other of own) {
        if (other === row) continue
        const wanted = taught[row * rows + other]! - EPSILON
        const [toTeacher, toStudent] = [row * columns + rows + other, row * columns + other]
        visit(toTeacher, values[toTeacher]! - wanted, weights.teacher_student * share)
        visit(toStudent, values[toStudent]! - wanted, weights.student_student * share)
      }
    }
    const value = (row: number) => {
      let sum = 0
      eachSquare(row, (_, off, weight) => {
        sum += weight * off ** 2
      })
      return sum
    }
    const spread = (row: number, given: number) => {
      eachSquare(row, (place, off, weight) => {
        gradient[place]! += 2 * given * weight * off
      })
    }
    return {
      terms: [anchorTerms([...Array(rows).keys()], rows, value, spread)],
      gradient() {
        const result = backward()
        vectors.dispose()
        return result
      },
    }
  },
})

function similarities(embeddings: Raw, space: Space): Float32Array {
  const vectors = openVectors(embeddings)
  const {products} = vectors.gram(space)
  vectors.dispose()
  return products
}

import {scaledSide} from '../lib/data/rescale.ts'
import {pictureSide} from '../lib/model/picture-side.ts'
import type {BackboneName} from '../lib/model/spec.ts'
import {type SideMisfit, sideMisfit} from '../lib/model/spec-misfits.ts'

/** Pictures as a backbone sees them. */
export interface Shown {
  readonly backbone: BackboneName
  /** Their last crop says how large they are; without one nothing is said against them. */
  readonly transforms: unknown
  /** At which they are described, besides; default: as they are. */
  readonly scales?: readonly number[] | undefined
}

/** A side that a backbone does not take. */
export interface SideProblem extends SideMisfit {
  /** Behind the transforms, in pixels. */
  readonly side: number
  /** Where the side itself is right: the scale that is not, what it makes, and the scale that makes the nearest right side. */
  readonly scaled?: {readonly scale: number; readonly side: number; readonly better: number}
}

/** The side of pictures where a backbone does not take it, else each of the scales that make one which it does not take. */
export function findSideProblems({backbone, transforms, scales = []}: Shown): SideProblem[] {
  const side = pictureSide(transforms)
  if (side === undefined) return []
  const misfit = sideMisfit(backbone, side)
  if (misfit !== undefined) return [{...misfit, side}]
  return scales.flatMap((scale) => {
    const made = scaledSide(side, scale)
    const problem = sideMisfit(backbone, made)
    return problem === undefined
      ? []
      : [{...problem, side, scaled: {scale, side: made, better: scaleTo(problem.near, side)}}]
  })
}

/** Four digits, upwards: the side at a scale is rounded down. */
function scaleTo(wanted: number, side: number): number {
  return Math.ceil((wanted / side) * 1e4) / 1e4
}

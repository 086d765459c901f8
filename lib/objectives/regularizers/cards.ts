// Every regulariser: one line here, one card and one file of its own.
import {centerInvariant} from './center-invariant.card.ts'
import {lp} from './lp.card.ts'
import {regularFace} from './regular-face.card.ts'
import type {RegularizerCard} from './regularizer.ts'
import {sparseCenters} from './sparse-centers.card.ts'
import {zeroMean} from './zero-mean.card.ts'

export const regularizerCards: readonly RegularizerCard[] = [lp, zeroMean, centerInvariant, sparseCenters, regularFace]

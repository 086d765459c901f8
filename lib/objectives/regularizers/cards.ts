// Every regulariser: one line here, one card and one file of its own.
import {lp} from './lp.card.ts'
import type {RegularizerCard} from './regularizer.ts'
import {zeroMean} from './zero-mean.card.ts'

export const regularizerCards: readonly RegularizerCard[] = [lp, zeroMean]

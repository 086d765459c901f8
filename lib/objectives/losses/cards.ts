// Every loss, in the order in which `nearmiss losses` lists them: one line here, one card and one file of its own.
import type {LossCard} from '../card.ts'
import {contrastive} from './contrastive.card.ts'
import {supcon} from './supcon.card.ts'
import {triplet} from './triplet.card.ts'

export const lossCards: readonly LossCard[] = [contrastive, triplet, supcon]

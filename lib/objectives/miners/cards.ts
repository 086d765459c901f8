// Every miner inside the batch: one line here, one card and one file of its own.
import type {MinerCard} from './miner.ts'
import {multiSimilarity} from './multi-similarity.card.ts'

export const minerCards: readonly MinerCard[] = [multiSimilarity]

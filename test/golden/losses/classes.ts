// Losses that compare embeddings with class weights, proxies or centres.
import type {Families} from './entry.ts'

export const classFamilies: Families = {}

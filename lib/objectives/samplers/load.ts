import type {MiningSpec} from '../parameters/mining.ts'
import type {SamplerModule} from './sampler.ts'

/** Loads the module of the sampler that a specification names, and no other, so that another sampler never changes its keys. */
export async function loadSampler({sampler}: MiningSpec): Promise<SamplerModule<MiningSpec>> {
  const {href} = new URL(`${sampler}.ts`, import.meta.url)
  return (await import(href)) as SamplerModule<MiningSpec>
}

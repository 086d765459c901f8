import type {OptimizerModule} from './optimizer.ts'

/** Loads the module of an optimiser, and no other, so that another one never changes its keys. */
export async function loadOptimizer<Settings>(name: string): Promise<OptimizerModule<Settings>> {
  const {href} = new URL(`${name}.ts`, import.meta.url)
  const {optimizer} = (await import(href)) as {optimizer: OptimizerModule<Settings>}
  return optimizer
}

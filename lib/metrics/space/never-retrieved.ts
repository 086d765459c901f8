/**
 * Share of images that are among the first k neighbours of nobody, though someone looks among them: what hubs push out (Radovanović,
 * Nanopoulos and Ivanović 2010, "Hubs in Space", anti-hubs). `neighbours` is [queries, width] ids, width at least k.
 */
export function neverRetrieved(neighbours: Int32Array, width: number, k: number, references: Int32Array): number {
  const found = new Set<number>()
  for (let from = 0; from < neighbours.length; from += width)
    for (let rank = 0; rank < Math.min(k, width); rank++) found.add(neighbours[from + rank]!)
  return references.filter((id) => !found.has(id)).length / references.length
}

/** Moves the weight towards the target. */
export function loss(weight: number, target: number, margin: number): number {
  return weight + margin * (target - weight)
}

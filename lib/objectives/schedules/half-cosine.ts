/** From 1 down to the floor as progress goes from 0 to 1. */
export function halfCosine(floor: number, progress: number): number {
  return floor + ((1 - floor) * (1 + Math.cos(Math.PI * progress))) / 2
}

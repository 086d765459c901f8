export function loss(weight: number, target: number, temperature: number): number {
  return weight + temperature * Math.tanh(target - weight)
}

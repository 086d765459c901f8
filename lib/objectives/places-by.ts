/** The places at which each number stands, ascending; numbers in the order in which they are met. */
export function placesBy(numbers: ArrayLike<number>): Map<number, number[]> {
  const placesOf = new Map<number, number[]>()
  for (let place = 0; place < numbers.length; place++) {
    const known = placesOf.get(numbers[place]!)
    if (known === undefined) placesOf.set(numbers[place]!, [place])
    else known.push(place)
  }
  return placesOf
}

/** A build of TensorFlow's C library as Python wheels hold it, and where its files go in the cache folder. */
export interface Distribution {
  /** What a user calls it: TENSORFLOW=cpu or TENSORFLOW=gpu. */
  readonly kind: string
  /** Name of its folder in the cache; another version or another layout must get another name. */
  readonly folder: string
  readonly wheels: readonly Wheel[]
  /** Free space that staging needs, with the largest wheel still beside its files. */
  readonly bytes: number
}

export interface Wheel {
  /** As pip writes it: `tensorflow-cpu==2.19.1`. */
  readonly requirement: string
  readonly sha256: string
  /** Where a file of the wheel goes below the staged folder, undefined when it is not needed. */
  readonly place: (path: string) => string | undefined
}

export const version = '2.19.1'

export const cpu: Distribution = {
  kind: 'cpu',
  folder: `tensorflow-cpu-${version}`,
  wheels: [
    {
      requirement: `tensorflow-cpu==${version}`,
      sha256: '2cb4b20fa86b04c166db1616fd466d09ec850cc3b47607cf12225469e750c476',
      place: placeTensorflow,
    },
  ],
  bytes: 1_050_000_000,
}

/** What tfjs' addon is built against: the C headers, the five more they include, and the two libraries. */
export function placeTensorflow(path: string): string | undefined {
  const library = /^tensorflow\/(libtensorflow_(?:cc|framework)\.so\.2)$/.exec(path)
  if (library !== null) return `lib/${library[1]}`
  const header =
    /^tensorflow\/(include\/(?:tensorflow\/c\/.*\.h|(?:tensorflow\/core|tsl)\/platform\/ctstring(?:_internal)?\.h|xla\/tsl\/c\/tsl_status\.h))$/
  return header.exec(path)?.[1]
}

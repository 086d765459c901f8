/** A function of one number with its derivative. */
export interface Curve {
  value(x: number): number
  slope(x: number): number
}

/** max(0, x + margin); flat at the kink, as PyTorch's ReLU. */
export function hinge(margin: number): Curve {
  return {
    value: (x) => Math.max(0, x + margin),
    slope: (x) => (x + margin > 0 ? 1 : 0),
  }
}

/** log(1 + e^(x + margin)), which overflows nowhere: a hinge without a kink, never quite 0. Its slope is the sigmoid. */
export function softHinge(margin: number): Curve {
  return {
    value: (x) => Math.max(0, x + margin) + Math.log1p(Math.exp(-Math.abs(x + margin))),
    slope: (x) => 1 / (1 + Math.exp(-(x + margin))),
  }
}

/** log(1 + e^x) */
export const softplus = softHinge(0)

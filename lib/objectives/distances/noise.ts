/** Distances below this are rounding noise of float32: the square root counts as flat there, so its gradient stays finite. */
export const NOISE = 3e-4

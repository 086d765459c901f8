declare module 'jstat' {
  const jstat: {
    readonly chisquare: {cdf(x: number, degrees: number): number}
    readonly studentt: {inv(p: number, degrees: number): number}
  }
  export = jstat
}

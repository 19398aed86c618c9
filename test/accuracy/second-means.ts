/** A second counts when the log covers at least half of it. */
const COVERED_MIN_S = 0.5;

/**
 * Means over whole seconds of a signal whose values hold until the next one. Weighted by time, so that nothing
 * of the integral is lost, whatever the rate.
 */
export class SecondMeans {
  #sums = new Float64Array(4_096);
  #covered = new Float64Array(4_096);

  /** The value stood from `atS` for `forS`. A value that is missing covers nothing. */
  add(atS: number, forS: number, value: number): void {
    if (Number.isNaN(value) || atS < 0) return;
    // Times are written to a tenth and are not exact in binary.
    let from = Math.round(atS * 1e6) / 1e6;
    const to = Math.round((atS + forS) * 1e6) / 1e6;
    while (from < to) {
      const second = Math.floor(from);
      const until = Math.min(to, second + 1);
      if (second >= this.#sums.length) this.#grow(second);
      this.#sums[second]! += value * (until - from);
      this.#covered[second]! += until - from;
      from = until;
    }
  }

  /** The first `seconds` means, times a factor; NaN where too little is covered. */
  take(seconds: number, factor: number): Float64Array {
    return Float64Array.from({ length: seconds }, (_, i) => {
      const covered = this.#covered[i] ?? 0;
      // A hair below, since tenths do not add up exactly.
      return covered < COVERED_MIN_S - 1e-9 ? Number.NaN : (factor * this.#sums[i]!) / covered;
    });
  }

  #grow(second: number): void {
    const length = Math.max(second + 1, 2 * this.#sums.length);
    const [sums, covered] = [new Float64Array(length), new Float64Array(length)];
    sums.set(this.#sums);
    covered.set(this.#covered);
    this.#sums = sums;
    this.#covered = covered;
  }
}

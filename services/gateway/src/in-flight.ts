/** Counts what was taken and not yet answered, within bounds. */
export class InFlight {
  readonly #framesMax: number;
  readonly #bytesMax: number;
  readonly #waiting: (() => void)[] = [];
  #frames = 0;
  #bytes = 0;

  constructor(framesMax: number, bytesMax: number) {
    this.#framesMax = framesMax;
    this.#bytesMax = bytesMax;
  }

  get frames(): number {
    return this.#frames;
  }

  /** False, and nothing is counted, when there is no room. */
  take(frames: number, bytes: number): boolean {
    if (this.#frames + frames > this.#framesMax || this.#bytes + bytes > this.#bytesMax) return false;
    this.#frames += frames;
    this.#bytes += bytes;
    return true;
  }

  release(frames: number, bytes: number): void {
    this.#frames -= frames;
    this.#bytes -= bytes;
    if (this.#frames === 0) for (const resolve of this.#waiting.splice(0)) resolve();
  }

  /** Resolves once nothing is in flight. */
  async settled(): Promise<void> {
    if (this.#frames === 0) return;
    await new Promise<void>((resolve) => {
      this.#waiting.push(resolve);
    });
  }
}

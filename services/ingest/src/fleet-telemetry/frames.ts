import type { Quality, SignalValue } from '@outrider/domain';
import type { Frame } from '../format.ts';

/** A payload that says one thing more often than this is not a car's. */
const LAYERS_MAX = 10_000;
const NS_PER_MS = 1_000_000;

interface Layer {
  readonly values: Record<string, SignalValue>;
  readonly cleared: string[];
  readonly quality: Record<string, Quality>;
  isEmpty: boolean;
}

const emptyLayer = (): Layer => ({ values: {}, cleared: [], quality: {}, isEmpty: true });

/**
 * The frames of one payload. A frame holds one value of each path; a payload may say a field several times, and
 * whatever was said again goes into a frame of its own, of the same moment and after the first.
 */
export class Frames {
  readonly #layers: Layer[] = [emptyLayer()];
  readonly #said = new Map<string, number>();
  #layer: Layer = this.#layers[0] as Layer;

  /**
   * Chooses the frame for a datum that begins with this path; `put`, `add`, `clear` and `doubt` go there until
   * the next. False when it was said too often.
   */
  open(path: string): boolean {
    let nth = this.#said.get(path) ?? 0;
    // What is cleared in a frame is gone after it: a value that comes later needs the next one.
    while (this.#layers[nth]?.cleared.includes(path)) nth += 1;
    if (nth >= LAYERS_MAX) return false;
    this.#said.set(path, nth + 1);
    let layer = this.#layers[nth];
    if (layer === undefined) {
      layer = emptyLayer();
      this.#layers.push(layer);
    }
    this.#layer = layer;
    return true;
  }

  put(path: string, value: SignalValue): void {
    // `-0` and `0` are one value, and have to have one id.
    this.#layer.values[path] = value === 0 ? 0 : value;
    this.#layer.isEmpty = false;
  }

  /** What follows from a datum; a datum of its own goes before it. */
  add(path: string, value: SignalValue): void {
    if (this.#layer.values[path] === undefined) this.put(path, value);
  }

  doubt(path: string, quality: Quality): void {
    this.#layer.quality[path] = quality;
  }

  clear(path: string): void {
    if (this.#layer.cleared.includes(path)) return;
    this.#layer.cleared.push(path);
    this.#layer.isEmpty = false;
  }

  /** `nsOfMs`: the part of the moment below a millisecond, which decides about the order within it. */
  toFrames(observedAtMs: number, nsOfMs: number): readonly Frame[] {
    const frames: Frame[] = [];
    for (const [index, { values, cleared, quality, isEmpty }] of this.#layers.entries()) {
      const seq = nsOfMs * NS_PER_MS + index;
      if (!isEmpty) frames.push({ observedAtMs, seq, values, cleared, quality });
    }
    return frames;
  }
}

// The one place that reads the clock, sets timers and keeps things in the browser.

/** Epoch milliseconds by the device's own clock, which may be wrong. */
export const deviceNowMs = (): number => Date.now();

/** Calls once after `delayMs`; the answer takes it back. */
export function after(delayMs: number, run: () => void): () => void {
  const timer = setTimeout(run, delayMs);
  return () => clearTimeout(timer);
}

/** Calls every `intervalMs` while somebody can see the page; the answer ends it. */
export function everyWhileSeen(intervalMs: number, run: () => void): () => void {
  const timer = setInterval(() => document.visibilityState === 'visible' && run(), intervalMs);
  return () => clearInterval(timer);
}

/** Between 0 and 1: so that pages that lost their server do not all come back at one moment. */
export const chance = (): number => Math.random();

const PREFIX = 'outrider.';

/** What was kept under that name, or undefined when nothing was, or it cannot be read. */
export function kept<T>(name: string): T | undefined {
  try {
    const text = localStorage.getItem(PREFIX + name);
    return text === null ? undefined : (JSON.parse(text) as T);
  } catch {
    return undefined;
  }
}

/** Kept for the next time the page is opened. A browser that keeps nothing is no reason to stop. */
export function keep(name: string, value: unknown): void {
  try {
    if (value === undefined) localStorage.removeItem(PREFIX + name);
    else localStorage.setItem(PREFIX + name, JSON.stringify(value));
  } catch {
    // Private windows, and stores that are full.
  }
}

/** Everything this page kept: whoever signs out leaves nothing behind. */
export function forgetAll(): void {
  try {
    for (const name of Object.keys(localStorage)) if (name.startsWith(PREFIX)) localStorage.removeItem(name);
  } catch {
    // There was nothing that could be kept.
  }
}

/** Calls once before the browser draws next; in a page nobody sees, when it is seen again. */
export const onNextFrame = (run: () => void): void => void requestAnimationFrame(run);

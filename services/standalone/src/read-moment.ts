/** A day or a moment in UTC, in milliseconds. @throws in words */
export function readMoment(name: string, text: string): number {
  const atMs = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d)?Z)?$/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(atMs))
    throw new Error(
      `${name} is a day or a moment, 2026-01-15 or 2026-01-15T08:00Z, not ${JSON.stringify(text)}`,
    );
  return atMs;
}

/** @throws in words, also when the end is not after the beginning */
export function readSpan({ from, to }: { readonly from: string; readonly to: string }) {
  const [fromMs, toMs] = [readMoment('--from', from), readMoment('--to', to)];
  if (fromMs >= toMs) throw new Error('--to has to be later than --from');
  return { fromMs, toMs };
}

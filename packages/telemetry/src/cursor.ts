/** Where a page ended: the next one begins behind this row, whatever was written meanwhile. */
export interface Cursor {
  readonly observedAtMs: number;
  readonly recordId: string;
}

export const writeCursor = ({ observedAtMs, recordId }: Cursor): string => `${observedAtMs}.${recordId}`;

/** @throws RangeError when the text is none of ours. */
export function readCursor(text: string): Cursor {
  const [, atMs, recordId] = /^(-?\d{1,16})\.(.*)$/s.exec(text) ?? [];
  if (atMs === undefined || recordId === undefined)
    throw new RangeError(`${JSON.stringify(text.slice(0, 60))} is no place to go on reading`);
  return { observedAtMs: Number(atMs), recordId };
}

/** As SQLite compares text: by bytes, which for UTF-8 is by code point. */
export function compareText(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

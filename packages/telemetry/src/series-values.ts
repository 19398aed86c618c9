import type { SeriesValue } from './telemetry.ts';

/** `{"3":85.5,"7":true}`: paths as small numbers, which halves a row. Order as given. */
export function encodeValues(
  values: Readonly<Record<string, SeriesValue>>,
  idOfPath: (path: string) => number,
): string {
  let body = '';
  for (const path of Object.keys(values)) {
    const value = values[path] as SeriesValue;
    const text = typeof value === 'string' ? JSON.stringify(value) : String(value);
    body += `${body === '' ? '' : ','}"${idOfPath(path)}":${text}`;
  }
  return `{${body}}`;
}

/** Values of the wanted path numbers, or of all, under their names. A name like `__proto__` is a name. */
export function decodeValues(
  body: string,
  pathOfId: (id: number) => string,
  wanted?: ReadonlySet<string>,
): Record<string, SeriesValue> {
  const numbered = Object.entries(JSON.parse(body) as Record<string, SeriesValue>);
  const kept = wanted === undefined ? numbered : numbered.filter(([id]) => wanted.has(id));
  return Object.fromEntries(kept.map(([id, value]) => [pathOfId(Number(id)), value]));
}

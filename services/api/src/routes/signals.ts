import { isPlaceSignal, SIGNALS } from '@outrider/domain';
import type { SeriesValue, SignalRow } from '@outrider/telemetry';
import { z } from 'zod';
import type { Grant, Period } from '../access.ts';
import type { ApiContext } from '../context.ts';
import { OWNER_ROLES } from '../credentials.ts';
import { ApiError } from '../errors.ts';
import { type ApiServer, answers, principalOf } from '../server.ts';
import { countText, instant, iso, isoText, listText, vehicleParams } from '../shapes/fields.ts';

const path = z.string().refine((name) => Object.hasOwn(SIGNALS, name), 'a VSS path of the signal catalogue');
const numberPath = path.refine((name) => SIGNALS[name]?.type === 'number' && !isPlaceSignal(name), {
  message: 'a number signal that is no place: places are not averaged',
});
const value = z.union([z.number(), z.string(), z.boolean()]);

const rawQuery = z.strictObject({
  path: listText(path, 50).describe('VSS path, repeatable; all signals when absent.'),
  from: instant,
  to: instant.describe('Not included.'),
  after: z.string().min(1).max(300).optional().describe('`next` of the page before.'),
  limit: countText(1, 5_000, 1_000),
});
const rawPage = z.strictObject({
  rows: z.array(
    z.strictObject({ observedAt: isoText, receivedAt: isoText, values: z.record(z.string(), value) }),
  ),
  next: z.string().optional().describe('Give it as `after` for the next page; absent on the last.'),
});

const downsampledQuery = z.strictObject({
  path: numberPath,
  from: instant,
  to: instant.describe('Not included.'),
  step: countText(1, 31_536_000, 60).describe('Width of a bucket in seconds; 60 when absent.'),
});
const buckets = z.strictObject({
  path: z.string(),
  unit: z.string(),
  buckets: z.array(
    z.strictObject({
      startAt: isoText,
      count: z.int(),
      min: z.number(),
      max: z.number(),
      mean: z.number(),
      last: z.number(),
    }),
  ),
});

const BUCKETS_MAX = 10_000;

/** The car's signals. Places are opened for the owner of that time only. */
export function signalRoutes(server: ApiServer, context: ApiContext): void {
  const { access, telemetry } = context;
  server.get(
    '/v1/vehicles/:vehicleId/signals',
    {
      config: { roles: OWNER_ROLES },
      schema: {
        tags: ['signals'],
        summary: 'Signals as the car sent them, oldest first',
        params: vehicleParams,
        querystring: rawQuery,
        response: answers({ 200: rawPage }),
      },
    },
    async (request) => {
      const grant = await access.read(principalOf(request), request.params.vehicleId, 'read-signals');
      return readRaw(context, grant, request.query);
    },
  );

  server.get(
    '/v1/vehicles/:vehicleId/signals/downsampled',
    {
      config: { roles: OWNER_ROLES },
      schema: {
        tags: ['signals'],
        summary: 'One signal in equal steps of time; steps without a value are absent',
        params: vehicleParams,
        querystring: downsampledQuery,
        response: answers({ 200: buckets }),
      },
    },
    async (request) => {
      const { path: name, from, to, step } = request.query;
      const grant = await access.read(principalOf(request), request.params.vehicleId, 'read-signals');
      const stepMs = step * 1_000;
      if ((to - from) / stepMs > BUCKETS_MAX) throw new ApiError('range-too-large');
      const found = [];
      for (const span of spansOf(grant.periods, from, to))
        found.push(
          ...(await telemetry.downsample({ vehicleId: grant.vehicleId, path: name, stepMs, ...span })),
        );
      const signal = SIGNALS[name];
      return {
        path: name,
        unit: signal?.type === 'number' ? signal.unit : '',
        buckets: found.map(({ startMs, count, min, max, mean, last }) => ({
          startAt: iso(startMs),
          count,
          min,
          max,
          mean,
          last,
        })),
      };
    },
  );
}

interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

/** The asked time, cut to the times one may see; oldest first. */
export function spansOf(periods: readonly Period[], fromMs: number, toMs: number): readonly Span[] {
  return periods
    .map((period) => ({ fromMs: Math.max(fromMs, period.fromMs), toMs: Math.min(toMs, period.toMs) }))
    .filter((span) => span.fromMs < span.toMs);
}

/** A cursor says which span it is in, and where: `0.<the store's own>`. */
async function readRaw(
  { telemetry }: ApiContext,
  grant: Grant,
  query: z.output<typeof rawQuery>,
): Promise<z.infer<typeof rawPage>> {
  const spans = spansOf(grant.periods, query.from, query.to);
  const { index, after } = readCursor(query.after);
  const span = spans[index];
  if (span === undefined) return { rows: [] };
  const wanted = new Set(query.path);
  const page = await telemetry
    .readSignals({
      vehicleId: grant.vehicleId,
      // A sealed place is no column: rows that hold one are found by reading them all.
      paths: query.path.some(isPlaceSignal) ? [] : query.path,
      ...span,
      limit: query.limit,
      ...(after !== '' && { after }),
    })
    .catch((error: unknown) => {
      throw error instanceof RangeError && after !== '' ? badCursor() : error;
    });
  const rows = page.rows.flatMap((row) => {
    const values = pick({ ...row.values, ...openPlaces(grant, row) }, wanted);
    if (Object.keys(values).length === 0) return [];
    return [{ observedAt: iso(row.observedAtMs), receivedAt: iso(row.receivedAtMs), values }];
  });
  const isLastSpan = index + 1 >= spans.length;
  if (page.next !== undefined) return { rows, next: `${index}.${page.next}` };
  return isLastSpan ? { rows } : { rows, next: `${index + 1}.` };
}

function readCursor(text: string | undefined): { readonly index: number; readonly after: string } {
  if (text === undefined) return { index: 0, after: '' };
  const [, index, after] = /^(\d{1,4})\.(.*)$/s.exec(text) ?? [];
  if (index === undefined || after === undefined) throw badCursor();
  return { index: Number(index), after };
}

const badCursor = (): ApiError =>
  new ApiError('invalid', 'The query is not as documented.', [
    { path: 'after', message: 'is not a `next` of an earlier page' },
  ]);

function pick(values: Record<string, SeriesValue>, wanted: ReadonlySet<string>): Record<string, SeriesValue> {
  if (wanted.size === 0) return values;
  return Object.fromEntries(Object.entries(values).filter(([name]) => wanted.has(name)));
}

const places = z.record(z.string(), value);
const decoder = new TextDecoder();

function openPlaces(grant: Grant, { places: sealed }: SignalRow): Record<string, SeriesValue> {
  const bytes = sealed && grant.purpose === 'show_driver' ? grant.open(sealed.keyId, sealed.box) : undefined;
  return bytes === undefined ? {} : places.parse(JSON.parse(decoder.decode(bytes)));
}

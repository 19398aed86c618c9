import { distanceM, type Position } from '@outrider/domain';
import { z } from 'zod';
import { type CallerDeps, createCaller } from '../caller.ts';
import type { Probe } from '../probe.ts';
import { ProviderUnavailable, type UnavailableKind } from '../provider.ts';
import { checkedRoute, decodeShape, noWay, scaledSpeeds } from './decode-shape.ts';
import type { RouteProvider } from './route-provider.ts';

const NAME = 'osrm';
const TIMEOUT_MS = 3_000;
/** Nearer than this two places are one. */
const SAME_PLACE_M = 1;

/** Every error is a 400; these words say that it knows no such way. */
const NO_DATA = new Set(['NoRoute', 'NoSegment']);

const annotation = z.object({
  distance: z.array(z.number().min(0)),
  duration: z.array(z.number().min(0)),
});
const good = z.object({
  code: z.literal('Ok'),
  routes: z
    .array(
      z.object({
        distance: z.number().min(0),
        duration: z.number().min(0),
        geometry: z.string(),
        legs: z.array(z.object({ annotation: annotation.optional() })).length(1),
      }),
    )
    .min(1),
});
const bad = z.object({ code: z.string().max(40), message: z.string().optional() });

export interface OsrmOptions extends CallerDeps {
  /** Of a server of one's own; the public one forbids this use. */
  readonly baseUrl: string;
}

/**
 * Roads and speeds from an OSRM server; it knows no heights. Its server closes idle connections after 5 s: the
 * caller's retry covers the question that meets a closed one.
 * Source: OSRM's HTTP API v1, service `route`.
 */
export function osrm(options: OsrmOptions): RouteProvider & Probe {
  const caller = createCaller({ ...options, name: NAME, timeoutMs: TIMEOUT_MS });
  return {
    name: NAME,
    kind: 'routing',
    async probe(signal) {
      // It has no question about itself; that a place has no road near is an answer too.
      const question = { path: '/nearest/v1/driving/0,0', alsoAnswers: [400], signal };
      const { value } = await caller.askJson(question, bad);
      return value.code === 'Ok' || NO_DATA.has(value.code) ? 'answers' : `answers ${value.code}`;
    },
    async route(from, to, signal) {
      if (distanceM(from, to) < SAME_PLACE_M) return noWay(from);
      const { value } = await caller.askJson(
        {
          path: `/route/v1/driving/${from.lon},${from.lat};${to.lon},${to.lat}`,
          query: {
            overview: 'full',
            geometries: 'polyline6',
            annotations: 'duration,distance',
            steps: 'false',
          },
          alsoAnswers: [400],
          signal,
        },
        z.union([good, bad]),
      );
      if (!('routes' in value)) throw refusal(value);
      const [{ distance, duration, geometry, legs }] = value.routes as [
        z.infer<typeof good>['routes'][number],
      ];
      const points = decodeShape(NAME, geometry);
      const route = { points, distanceM: distance, durationS: duration, source: 'provider' as const };
      const speedsMps = speedsOf(points, legs[0]?.annotation, duration);
      return checkedRoute(NAME, { ...route, ...(speedsMps === undefined ? {} : { speedsMps }) }, from, to);
    },
  };
}

function refusal({ code, message = '' }: z.infer<typeof bad>): ProviderUnavailable {
  const kind: UnavailableKind = code === 'Ok' ? 'bad-payload' : NO_DATA.has(code) ? 'no-data' : 'bad-request';
  return new ProviderUnavailable(NAME, `${code} ${message.slice(0, 120)}`.trim(), { kind });
}

/** Its pieces leave out the time that turns take: scaled to the whole. Undefined when they are not the line's. */
function speedsOf(
  points: readonly Position[],
  pieces: z.infer<typeof annotation> | undefined,
  durationS: number,
): readonly number[] | undefined {
  const count = points.length - 1;
  if (pieces === undefined || pieces.distance.length !== count || pieces.duration.length !== count)
    return undefined;
  const wholeM = pieces.distance.reduce((sum, one) => sum + one, 0);
  const meanMps = durationS > 0 ? wholeM / durationS : 0;
  // Rounded to 0.1 s, a short piece takes no time at all.
  const speedsMps = pieces.distance.map((pieceM, i) => {
    const tookS = pieces.duration[i] ?? 0;
    return pieceM > 0 && tookS > 0 ? pieceM / tookS : meanMps;
  });
  return scaledSpeeds(points, speedsMps, durationS);
}

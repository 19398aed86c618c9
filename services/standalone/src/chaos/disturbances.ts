import { seededRandom } from '@outrider/runtime';
import { type Interruption, sentAtMs } from '../demo/interruptions.ts';
import type { DeliveredFrame } from '../demo/replay.ts';
import type { Judged } from '../demo/report.ts';
import { truthAt } from '../scenario/index.ts';

/** Services that die during the drive; the doors stay open, as a fleet's would behind a balancer. */
export const VICTIMS = ['ingest', 'predictor', 'notifier'] as const;
export type Victim = (typeof VICTIMS)[number];

/** One death: from `atMs` on the service is killed at its `step`th step, and starts again `downMs` later. */
export interface Kill {
  readonly service: Victim;
  /** Of the drive. */
  readonly atMs: number;
  /** Before or after a write to the log, the series or the state; counted from 1. */
  readonly step: number;
  readonly downMs: number;
}

/** From when until when nobody tells the weather, on the drive's clock; the end is excluded. */
export interface Outage {
  readonly fromMs: number;
  readonly toMs: number;
}

export interface Disturbances {
  readonly kills: readonly Kill[];
  readonly weatherAway: Outage;
  /** A warning that rests on the weather is due in that time. */
  readonly isWeatherMissed: boolean;
  /** In order of delivery. */
  readonly frames: readonly DeliveredFrame[];
  /** How many frames were sent twice, and how many changed places with the next one. */
  readonly doubled: number;
  readonly shuffled: number;
}

const KILLS_EACH = 3;
const STEPS_MAX = 6;
const DOWN_MS = { least: 20_000, most: 120_000 };
const OUTAGE_MS = 20 * 60_000;
/** Of the outage, before the warning it is laid upon: on the road the world looks once in a quarter of an hour. */
const OUTAGE_LEAD_MS = { least: 16 * 60_000, most: 18 * 60_000 };
const SHARE = 0.05;

/**
 * What goes wrong on a drive, laid where it hurts: some of the kills and the lost weather at moments at which the
 * undisturbed drive warned. The same seed gives the same. Pure.
 * @param clean the same drive, undisturbed
 */
export function disturb(clean: Judged, seed: number): Disturbances {
  const random = seededRandom(seed);
  const pick = <T>(from: readonly T[]): T | undefined => from[Math.floor(random() * from.length)];
  const between = ({ least, most }: { least: number; most: number }): number =>
    Math.round((least + random() * (most - least)) / 1000) * 1000;
  const { frames } = clean.recording;
  const warnings = clean.interruptions.map(sentAtMs);
  const startMs = frames[0]?.atMs ?? 0;
  const kills = VICTIMS.flatMap((service): Kill[] =>
    Array.from({ length: KILLS_EACH }, (_, index) => ({
      service,
      // Ingest has nothing to do with warnings; the others die once while one is made.
      atMs: (index === 0 && service !== 'ingest' ? pick(warnings) : pick(frames)?.atMs) ?? startMs,
      step: 1 + Math.floor(random() * STEPS_MAX),
      downMs: between(DOWN_MS),
    })),
  ).sort((a, b) => a.atMs - b.atMs);
  const weathered = clean.interruptions.filter(restsOnForecast).map((one) => {
    const leadMs = between(OUTAGE_LEAD_MS);
    return sentAtMs(one) - leadMs;
  });
  // A car that stands is looked at once an hour: it might not notice.
  const missed = pick(weathered.filter((atMs) => truthAt(clean.recording.scenario, atMs).isMoving));
  const fromMs = missed ?? startMs;
  return {
    kills,
    weatherAway: { fromMs, toMs: fromMs + OUTAGE_MS },
    isWeatherMissed: missed !== undefined,
    ...mix(frames, random),
  };
}

const restsOnForecast = ({ alert }: Interruption): boolean =>
  alert !== undefined && !['car-thermometer', 'climatology'].includes(String(alert.facts.weatherSource));

/** Some frames come twice, the second time late; some change places with the next. None of them is lost. */
function mix(
  frames: readonly DeliveredFrame[],
  random: () => number,
): Pick<Disturbances, 'frames' | 'doubled' | 'shuffled'> {
  const delivered: (DeliveredFrame & { readonly deliveredAtMs: number })[] = [];
  let doubled = 0;
  let shuffled = 0;
  for (const [index, frame] of frames.entries()) {
    const next = frames[index + 1]?.atMs;
    const isLate = random() < SHARE && next !== undefined;
    const isTwice = random() < SHARE;
    // A second later than the next one: their order is the other way round.
    delivered.push({ ...frame, deliveredAtMs: isLate ? next + 1000 : frame.atMs });
    if (isTwice) delivered.push({ ...frame, deliveredAtMs: (next ?? frame.atMs) + 2000 });
    doubled += isTwice ? 1 : 0;
    shuffled += isLate ? 1 : 0;
  }
  return { frames: delivered.toSorted((a, b) => a.deliveredAtMs - b.deliveredAtMs), doubled, shuffled };
}

import type { ChaosReport } from './chaos.ts';
import type { Outcome } from './outcome.ts';

/** The `--json` output: one object, the same for the same seed. */
export const chaosReportOf = ({ seed, clean, chaos, disturbances, deaths, broken }: ChaosReport) => ({
  seed,
  kills: deaths.map(({ service, diedAtMs, downMs }) => ({
    service,
    at: iso(diedAtMs),
    downS: downMs / 1000,
  })),
  weatherAway: { from: iso(disturbances.weatherAway.fromMs), to: iso(disturbances.weatherAway.toMs) },
  doubledFrames: disturbances.doubled,
  shuffledFrames: disturbances.shuffled,
  clean: sideOf(clean),
  chaos: sideOf(chaos),
  broken,
});

const sideOf = ({ drive, acked, distinct, stored, broken, alerts, degraded, delivered }: Outcome) => ({
  frames: {
    ...{ acked, distinct, stored },
    lost: broken.framesLost.length,
    doubled: broken.framesDoubled.length,
  },
  alerts: { raised: alerts, lost: broken.alertsLost.length, doubled: broken.alertsDoubled.length },
  delivered,
  interruptions: drive.interruptions.length,
  degraded: { count: degraded, saidSo: degraded - broken.notSaid.length },
  warned: Object.fromEntries(
    drive.verdicts.map(({ point, warnedAtMs }) => [
      point.id,
      warnedAtMs === undefined ? null : iso(warnedAtMs),
    ]),
  ),
});

const iso = (atMs: number): string => new Date(atMs).toISOString();

import { type Clock, readSettings, silentLog, systemClock, systemRandom } from '@outrider/runtime';
import {
  interruptionsOf,
  loadScenario,
  MEMORY,
  problemsText,
  type Recording,
  type ReplayWorld,
  replay,
  type Scenario,
  verdictsOf,
} from '@outrider/standalone';
import { chargerSources, routeSources, weatherSources, worldSettings } from '@outrider/world';
import { type Fault, isFaulty, type Job, type Victim } from './faults.ts';
import type { Outcome } from './outcome.ts';
import { type Sabotage, sabotaged } from './sabotage.ts';
import { openVendors, type VendorName, type Vendors } from './vendors.ts';

/** Plays one drive through every service; what is known of the world comes from vendors on loopback. */
export async function play(job: Job, sabotage: Sabotage | undefined): Promise<Outcome> {
  const loaded = loadScenario(job.scenario);
  if (loaded.kind === 'invalid') throw new Error(problemsText(loaded.problems));
  const { scenario } = loaded;
  let vendors: Vendors | undefined;
  try {
    const recording = await replay({
      scenario,
      realClock: systemClock,
      log: silentLog,
      dataFolder: MEMORY,
      leavesRoadsOut: true,
      world: async (clock) => {
        vendors = await openVendors({ scenario, clock, faultOf: faultAt(job, scenario, clock) });
        return sabotaged(await worldOf(vendors, clock), sabotage);
      },
    });
    return outcomeOf(job, recording, vendors);
  } finally {
    await vendors?.close();
  }
}

const VENDORS_OF: Readonly<Record<Victim, readonly VendorName[]>> = {
  'first-weather': ['open-meteo'],
  weather: ['open-meteo', 'met-norway'],
  'first-road': ['valhalla'],
  roads: ['valhalla', 'osrm'],
  chargers: ['ocpi'],
  everything: ['open-meteo', 'met-norway', 'valhalla', 'osrm', 'ocpi'],
};

const faultAt =
  ({ cell }: Job, scenario: Scenario, clock: Clock) =>
  (name: VendorName): Fault | undefined =>
    cell !== null &&
    VENDORS_OF[cell.victim].includes(name) &&
    isFaulty(cell.onset, clock.nowMs(), spanOf(scenario))
      ? cell.fault
      : undefined;

/** From the first to the last thing known of the drive. */
export const spanOf = ({ anchors }: Scenario): { readonly fromMs: number; readonly toMs: number } => ({
  fromMs: anchors[0]?.atMs ?? 0,
  toMs: anchors.at(-1)?.atMs ?? 0,
});

/** The providers as the settings of a server make them, on the time of the drive. */
async function worldOf({ urls }: Vendors, eventClock: Clock): Promise<ReplayWorld> {
  const settings = readSettings(worldSettings, {
    OPEN_METEO_URL: urls['open-meteo'],
    MET_NORWAY_URL: urls['met-norway'],
    PROVIDER_CONTACT: 'operator@outrider.invalid',
    VALHALLA_URL: urls.valhalla,
    OSRM_URL: urls.osrm,
    OCPI_URL: `${urls.ocpi}/locations`,
  });
  const deps = { clock: impatient(eventClock), random: systemRandom, fetch, log: silentLog };
  const lists = await Promise.all(
    chargerSources(settings, deps).map((source) =>
      source.list().then(
        ({ locations }) => locations,
        () => [],
      ),
    ),
  );
  return {
    chargers: lists.flat(),
    weather: weatherSources(settings, deps).weather,
    roads: routeSources(settings, deps),
  };
}

/** Rests between tries are over at once and have lasted: really waited for, they would outlast the drive. */
function impatient(clock: Clock): Clock {
  let restedToMs = 0;
  const nowMs = () => Math.max(restedToMs, clock.nowMs());
  return {
    ...clock,
    nowMs,
    async sleep(delayMs, signal) {
      if (!signal?.aborted) restedToMs = nowMs() + delayMs;
    },
  };
}

function outcomeOf(job: Job, recording: Recording, vendors: Vendors | undefined): Outcome {
  const { scenario, heard } = recording;
  const interruptions = interruptionsOf(recording);
  return {
    ...job,
    interruptions: interruptions.map(({ alertId, ruleId, severity, body, arrivals, alert }) => ({
      ...{ alertId, ruleId, severity, body, atMs: arrivals[0]?.atMs ?? 0 },
      subject: alert?.subject ?? '',
      facts: alert?.facts ?? {},
    })),
    steps: heard.alerts.map(({ alertId, ruleId, subject, state, severity, revision, changedAt }) => ({
      ...{ alertId, ruleId, subject, state, severity, revision, atMs: changedAt },
    })),
    points: verdictsOf(scenario, interruptions).map(({ point, last, warnedAtMs }) => ({
      id: point.id,
      isNeeded: last.isNeeded && last.lastRemedyAtMs !== undefined,
      isWarned: warnedAtMs !== undefined,
      lastRemedyAtMs: last.lastRemedyAtMs ?? null,
    })),
    ...spanOf(scenario),
    faultsMet: Object.values(vendors?.heard ?? {}).reduce((sum, { faults }) => sum + faults, 0),
  };
}

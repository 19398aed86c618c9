import { join } from 'node:path';
import { decodeRecord, openBus, TOPICS } from '@outrider/bus';
import { factCatalogue, loadRules, OWN_RULES, readRuleFiles, readRules } from '@outrider/predictor';
import { manualClock, silentLog, systemClock } from '@outrider/runtime';
import { openState } from '@outrider/state';
import { createTrust } from '@outrider/trust';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { replay } from '../demo/replay.ts';
import { openScratchFolder, type ScratchFolder } from '../demo/scratch-folder.ts';
import { smallScenario } from '../scenario/small-scenario.ts';
import { type Stores, withStores } from '../stores.ts';
import { backtest, type RuleSets } from './backtest.ts';
import { backtestJson, backtestText } from './backtest-text.ts';

/** 15 % for 50 km that cost 20 %: below the reserve on arrival. */
const scenario = smallScenario({
  'scenario.yaml': [['whPerKm: 400', 'whPerKm: 200']],
  'trace.csv': [
    ['a,,,80,', 'a,,,15,'],
    ['ab,0,80,', 'ab,0,15,'],
    ['ab,50,40,', 'ab,50,1,'],
    ['2026-01-02T08:00+01:00,b,,,40,1,1,S,', '2026-01-01T11:30+01:00,b,,,1,1,1,S,'],
    ['2026-01-02T10:00+01:00,b,,,70,1,0,S,', '2026-01-01T12:00+01:00,b,,,8,1,0,S,'],
  ],
});
const DAY_MS = 24 * 3_600_000;
const NEW_YEAR_MS = Date.UTC(2026, 0, 1);
const SPAN = { fromMs: NEW_YEAR_MS, toMs: NEW_YEAR_MS + DAY_MS };

let folder: ScratchFolder;
let car: string;
const current = await loadRules(OWN_RULES, factCatalogue);
const same: RuleSets = { current, tried: current, reorderWindowMs: 10_000 };

const tools = { clock: manualClock(SPAN.toMs), log: silentLog };
const urlsOf = (path: string) => {
  const url = (name: string) => `sqlite:${join(path, `${name}.db`)}`;
  return { busUrl: url('bus'), stateUrl: url('state'), telemetryUrl: url('telemetry') };
};
const stored = <T>(work: (stores: Stores) => Promise<T>) => withStores(urlsOf(folder.path), tools, work);

async function agree(isGranted: boolean): Promise<void> {
  const state = await openState(urlsOf(folder.path).stateUrl, { log: silentLog });
  const [owner] = await state.vehicles.ownerships([car]);
  await createTrust({ ...state, eventClock: tools.clock }).recordConsent({
    ...{ vehicleId: car, personId: owner?.personId ?? '', actor: 'test', isGranted, textVersion: '1' },
    purpose: 'service_quality_aggregate',
  });
  await state.close();
}

beforeAll(async () => {
  folder = await openScratchFolder();
  const recorded = await replay({
    ...{ scenario, realClock: systemClock, log: silentLog, dataFolder: folder.path },
  });
  car = recorded.vehicleId;
  await agree(true);
}, 60_000);
afterAll(() => folder.remove());

/** By rule, the alerts that interrupted, as the log has them. */
async function warnedThen({ openLog, trust }: Stores): Promise<Record<string, number>> {
  await trust.prepare([car]);
  const alerts = new Map<string, string>();
  const subscription = await (await openLog()).broadcast({
    topics: [TOPICS.alerts.name],
    start: 'earliest',
    async handle({ records }) {
      for (const record of records) {
        const decoded = decodeRecord(TOPICS.alerts, record, trust.reader('alert_driver'));
        if (decoded.kind !== 'record' || decoded.record.severity === 'info') continue;
        alerts.set(decoded.record.alertId, decoded.record.ruleId);
      }
    },
  });
  await subscription.caughtUp;
  await subscription.stop();
  const counts: Record<string, number> = {};
  for (const ruleId of alerts.values()) counts[ruleId] = (counts[ruleId] ?? 0) + 1;
  return counts;
}

describe('a backtest', () => {
  test('says with the rules of then what was said then, and judges its worth', async () => {
    const result = await stored((stores) => backtest(stores, SPAN, same));
    const then = await stored(warnedThen);
    expect(Object.fromEntries(result.current.warned)).toEqual(then);
    expect(Object.keys(then).length).toBeGreaterThan(0);
    expect(result).toMatchObject({ cars: 1, leftOut: 0 });
    expect(result.snapshots).toBeGreaterThan(0);
    expect(result.current.failures).toBe(0);
    const { outcomes } = result.current.quality;
    expect(outcomes.ignored + outcomes.late).toBe(1);
  });

  test('says the same again, and stores nothing', async () => {
    const counts = () =>
      stored(async ({ state }) => ({
        alerts: await state.alerts.listOf(car, { limit: 1_000 }),
        told: (await state.notifications.listOfVehicle(car, 0, 1_000)).length,
        waiting: (await state.outbox.pending('predictor', 10)).length,
      }));
    const before = await counts();
    const once = await stored((stores) => backtest(stores, SPAN, same));
    const again = await stored((stores) => backtest(stores, SPAN, same));
    expect(backtestJson(again)).toBe(backtestJson(once));
    expect(once.tried).toEqual(once.current);
    expect(await counts()).toEqual(before);
  });

  test('sets a rule that never speaks beside those of today: the stretch is missed', async () => {
    const files = (await readRuleFiles(OWN_RULES)).map((file) => ({
      ...file,
      text: file.text.replace(/^levels:$/m, 'mode: shadow\nlevels:'),
    }));
    const read = readRules(files, factCatalogue);
    if (read.kind === 'refused') throw new Error(JSON.stringify(read.mistakes));
    const result = await stored((stores) => backtest(stores, SPAN, { ...same, tried: read.rules }));
    expect(result.tried.warned.size).toBe(0);
    expect(result.tried.quality.outcomes.missed).toBe(1);
    expect(result.current.quality.outcomes.missed).toBe(0);
    expect(backtestText(result)).toMatch(/all +tried +0/);
    expect(backtestText(result)).toMatch(/missed +0 +1/);
  });

  test('of synthetic cars leaves real ones out, and says so', async () => {
    const result = await stored((stores) => backtest(stores, { ...SPAN, isSynthetic: true }, same));
    expect(result).toMatchObject({ isSynthetic: true, cars: 0, records: 0, leftOut: 0 });
    expect(backtestText(result)).toContain('no synthetic car');
  });

  test('goes forward, and ends', async () => {
    const seen: number[] = [];
    await stored((stores) => backtest(stores, SPAN, same, (done, total) => void seen.push(done / total)));
    expect(seen).toEqual(seen.toSorted((a, b) => a - b));
    expect(seen.at(-1)).toBe(1);
  });

  test('of a time without history says that there is none', async () => {
    const span = { fromMs: SPAN.fromMs + 30 * DAY_MS, toMs: SPAN.toMs + 30 * DAY_MS };
    expect(backtestText(await stored((stores) => backtest(stores, span, same)))).toMatch(
      /^Nothing to replay/,
    );
  });

  test('finds the plans and the world of two weeks again, and of older ones says that they are gone', async () => {
    const before = await stored((stores) => backtest(stores, SPAN, same));
    const onceCompactedAt = async (atMs: number) => {
      const bus = await openBus(urlsOf(folder.path).busUrl, { clock: manualClock(atMs), log: silentLog });
      await bus.maintain();
      await bus.close();
      return stored((stores) => backtest(stores, SPAN, same));
    };
    expect(backtestJson(await onceCompactedAt(SPAN.fromMs + 14 * DAY_MS))).toBe(backtestJson(before));
    const after = await onceCompactedAt(SPAN.toMs + 15 * DAY_MS);
    expect(before.snapshots).toBeGreaterThan(1);
    expect(after.snapshots).toBe(1);
    expect(backtestText(after)).toContain('1 snapshots of road and weather; the log keeps those of 14 days');
  });

  test('leaves out whoever does not agree to figures about crowds, and says so', async () => {
    await agree(false);
    const result = await stored((stores) => backtest(stores, SPAN, same));
    await agree(true);
    expect(result).toMatchObject({ cars: 0, records: 0, leftOut: 1 });
    expect(backtestText(result)).toContain('Left out: 1 owners');
  });
});

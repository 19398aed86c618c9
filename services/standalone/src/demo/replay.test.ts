import { silentLog, systemClock } from '@outrider/runtime';
import { beforeAll, describe, expect, test } from 'vitest';
import { demoPage } from '../page/page.ts';
import { plainPaint, WIDTH } from '../print/lines.ts';
import { summaryLines } from '../print/summary.ts';
import { timelineLines } from '../print/timeline.ts';
import { framesOf } from '../scenario/index.ts';
import { smallScenario } from '../scenario/small-scenario.ts';
import { MEMORY, momentsOf, replay } from './replay.ts';
import { type Judged, judge, reportOf } from './report.ts';

/** 15 % for 50 km that cost 20 %: must be warned before it leaves. */
const scenario = smallScenario({
  'scenario.yaml': [
    ['title: Small', 'title: "Small <b>&</b> short"'],
    ['whPerKm: 400', 'whPerKm: 200'],
  ],
  'trace.csv': [
    ['a,,,80,', 'a,,,15,'],
    ['ab,0,80,', 'ab,0,15,'],
    ['ab,50,40,', 'ab,50,1,'],
    ['2026-01-02T08:00+01:00,b,,,40,1,1,S,', '2026-01-01T11:30+01:00,b,,,1,1,1,S,'],
    ['2026-01-02T10:00+01:00,b,,,70,1,0,S,', '2026-01-01T12:00+01:00,b,,,8,1,0,S,'],
  ],
});
const run = async (dataFolder?: string): Promise<Judged> =>
  judge(
    await replay({
      scenario,
      realClock: systemClock,
      log: silentLog,
      ...(dataFolder === undefined ? {} : { dataFolder }),
    }),
  );

describe('a replay of a short drive', () => {
  let first: Judged;
  beforeAll(async () => {
    first = await run();
  });

  test('says the same in every run, whatever the engines', async () => {
    const second = await run(MEMORY);
    expect(reportOf([second])).toEqual(reportOf([first]));
    expect(timelineLines(second, plainPaint)).toEqual(timelineLines(first, plainPaint));
    expect(demoPage([second])).toBe(demoPage([first]));
  });

  test('a drive that cannot be made is warned of before it begins', () => {
    const [drive] = reportOf([first]).scenarios;
    expect(drive?.decisionPoints).toMatchObject([{ id: 'leaving', warned: true }]);
    expect(drive?.decisionPoints[0]?.leadMinutes).toBeGreaterThan(0);
    expect(drive?.interruptions).toBeGreaterThan(0);
  });

  test('every frame of the car was taken, and a parked driver got a mail too', () => {
    expect(first.recording.frames).toEqual(framesOf(scenario));
    expect(first.recording.mails.length).toBeGreaterThan(0);
    expect(first.recording.mails[0]).toMatchObject({ to: 'driver@outrider.invalid' });
  });

  test('the report is JSON that holds no random id, token, port or path', () => {
    const text = JSON.stringify(reportOf([first]));
    expect(text).not.toMatch(/(veh|per|trip|person|device)_[a-z0-9]{8,}/i);
    expect(text).not.toMatch(/127\.0\.0\.1|\/tmp\//);
  });

  test('the timeline fits into 100 columns and shows the warning in a box', () => {
    const lines = [...timelineLines(first, plainPaint), ...summaryLines([first], plainPaint)];
    expect(lines.filter((line) => [...line].length > WIDTH)).toEqual([]);
    expect(lines.some((line) => line.includes('┌─ Outrider · '))).toBe(true);
    expect(lines.some((line) => line.includes('published consumption, not from our model'))).toBe(true);
  });

  test('the page is one file: nothing is loaded, nothing runs, and text of a scenario stays text', () => {
    const page = demoPage([first]);
    expect(page).toContain('Small &lt;b&gt;&amp;&lt;/b&gt; short');
    expect(page).not.toMatch(/<script|<link|<img|<iframe|@import|url\(|\bon[a-z]+=/i);
    expect(page).toMatch(/<svg[^>]+role="img"/);
    expect(page).toContain('<title id=');
    expect(page).not.toContain('NaN');
  });
});

describe('the moments of a replay', () => {
  const moments = momentsOf(scenario, framesOf(scenario));

  test('come in order, no two at the same time, none more than a minute after the one before', () => {
    const gaps = moments.slice(1).map(({ atMs }, i) => atMs - (moments[i]?.atMs ?? 0));
    expect(Math.min(...gaps)).toBeGreaterThan(0);
    expect(Math.max(...gaps)).toBeLessThanOrEqual(60_000);
  });

  test('hold every frame and every plan once', () => {
    expect(moments.flatMap(({ frames }) => frames)).toEqual(framesOf(scenario));
    expect(moments.flatMap(({ plans }) => plans)).toEqual(scenario.plans);
  });

  test('let a frame leave the reorder window before time goes on', () => {
    const times = new Set(moments.map(({ atMs }) => atMs));
    for (const { atMs } of framesOf(scenario)) expect(times.has(atMs + 10_000)).toBe(true);
  });

  test('a frame that comes late has its moment when it arrives', () => {
    const [frame] = framesOf(scenario);
    if (frame === undefined) throw new Error('no frame');
    const late = momentsOf(scenario, [{ ...frame, deliveredAtMs: frame.atMs + 5_000 }]);
    expect(late.find(({ frames }) => frames.length > 0)?.atMs).toBe(frame.atMs + 5_000);
  });
});

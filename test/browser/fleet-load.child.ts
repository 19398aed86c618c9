// A process of `npm run bench -- page`: an operator's page in a real Chromium under the load of a fleet.
import { setTimeout as sleep } from 'node:timers/promises';
import type { CDPSession, Page } from 'playwright-core';
import { DESKTOP, installChromium, launchChromium } from './chromium.ts';
import { type FleetServer, startFleetServer } from './fleet-server.ts';

interface Told {
  readonly cars: number;
  readonly updatesPerS: number;
  readonly durationMs: number;
  readonly warnings: number;
}
const told = JSON.parse(process.argv[2] ?? '{}') as Told;
const BATCH_MS = 50;
const SETTLE_MS = 8_000;

/** What the page notes of itself: each frame, each position on the map, each card in the list. */
function observe(): void {
  const noted = {
    frames: [] as number[],
    drawn: [] as [string, number, number][],
    cards: {} as Record<string, number>,
  };
  Object.assign(globalThis, { noted });
  const frame = (atMs: number): void => {
    noted.frames.push(atMs);
    requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
  document.querySelector('.fleet .map')?.addEventListener('drawn', (event) => {
    const cars = (event as CustomEvent<readonly { vehicleId: string; lat: number }[]>).detail;
    // On screen with the frame that is being made now.
    requestAnimationFrame(() => {
      for (const { vehicleId, lat } of cars)
        noted.drawn.push([vehicleId, lat, performance.timeOrigin + performance.now()]);
    });
  });
  const list = document.querySelector('.needs .list');
  if (list === null) throw new Error('there is no list');
  new MutationObserver(() => {
    for (const { textContent } of list.querySelectorAll('li .aside:first-of-type')) {
      const id = /Car (\S{6})/.exec(textContent ?? '')?.[1];
      if (id !== undefined) noted.cards[id] ??= performance.timeOrigin + performance.now();
    }
  }).observe(list, { childList: true, subtree: true, characterData: true });
}

interface Noted {
  readonly frames: readonly number[];
  readonly drawn: readonly (readonly [vehicleId: string, lat: number, atMs: number])[];
  readonly cards: Readonly<Record<string, number>>;
}

/** Cars spread over a country, each moving a little north with each word. */
const placeOf = (car: number, step: number): readonly [number, number] => [
  47.5 + (car % 40) * 0.17 + step * 0.0005,
  6 + Math.floor(car / 40) * 0.32,
];

interface Sent {
  readonly vehicleId: string;
  readonly lat: number;
  readonly atMs: number;
}

async function drive(
  server: FleetServer,
  cars: readonly string[],
  durationMs: number,
): Promise<readonly Sent[]> {
  const sent: Sent[] = [];
  const startMs = performance.now();
  for (let next = 0; performance.now() - startMs < durationMs; await sleep(BATCH_MS)) {
    // By the clock, so that a late timer does not lower the rate.
    const due = Math.floor(((performance.now() - startMs) / 1_000) * told.updatesPerS);
    for (; next < due; next += 1) {
      const [lat, lon] = placeOf(next % cars.length, 1 + Math.floor(next / cars.length));
      const vehicleId = cars[next % cars.length] ?? '';
      sent.push({ vehicleId, lat, atMs: performance.timeOrigin + performance.now() });
      await server.say(vehicleId, lat, lon);
    }
  }
  return sent;
}

const warnNow = async (server: FleetServer, cars: readonly string[], durationMs: number) => {
  const warned: { readonly id: string; readonly atMs: number }[] = [];
  for (const vehicleId of cars) {
    await sleep(durationMs / (cars.length + 1));
    warned.push({ id: vehicleId.slice(-6), atMs: performance.timeOrigin + performance.now() });
    await server.warn(vehicleId, 'critical');
  }
  return warned;
};

/** Frames of the compositor, counted by the browser itself. */
async function traceFrames(session: CDPSession): Promise<() => Promise<{ drawn: number; dropped: number }>> {
  const counts = { drawn: 0, dropped: 0 };
  session.on('Tracing.dataCollected', ({ value }) => {
    for (const { name } of value as unknown as readonly { readonly name?: string }[]) {
      if (name === 'DrawFrame') counts.drawn += 1;
      if (name === 'DroppedFrame') counts.dropped += 1;
    }
  });
  const categories = 'devtools.timeline.frame,disabled-by-default-devtools.timeline.frame';
  await session.send('Tracing.start', { categories, transferMode: 'ReportEvents' });
  return async () => {
    const over = new Promise((resolve) => session.once('Tracing.tracingComplete', resolve));
    await session.send('Tracing.end');
    await over;
    return counts;
  };
}

const quantile = (values: readonly number[], share: number): number =>
  values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(share * values.length))] ??
  Number.NaN;

/** From each word to the first drawing of that place or a later one; NaN where none came. */
function agesOf(sent: readonly Sent[], drawn: Noted['drawn']): readonly number[] {
  const byCar = Map.groupBy(drawn, ([vehicleId]) => vehicleId);
  return sent.map(({ vehicleId, lat, atMs }) => {
    const seen = byCar.get(vehicleId)?.find((one) => one[1] >= lat && one[2] >= atMs);
    return seen === undefined ? Number.NaN : seen[2] - atMs;
  });
}

async function measure(page: Page, server: FleetServer) {
  const { cars, durationMs, warnings } = told;
  const placed = server.vehicleIds.slice(0, cars);
  for (const [car, vehicleId] of placed.entries()) await server.say(vehicleId, ...placeOf(car, 0));
  await page.goto(server.pageUrl);
  await page.getByText(`${cars} of ${cars} cars on the map`).waitFor({ timeout: 60_000 });
  await sleep(SETTLE_MS);
  await page.evaluate(observe);
  const stopTracing = await traceFrames(await page.context().newCDPSession(page));
  const [sent, warned] = await Promise.all([
    drive(server, placed, durationMs),
    warnNow(server, server.vehicleIds.slice(cars, cars + warnings), durationMs),
  ]);
  const frames = await stopTracing();
  // What was told last is drawn, or is missing.
  await sleep(2_000);
  const noted = await page.evaluate(() => (globalThis as unknown as { noted: Noted }).noted);
  const lengths = noted.frames.slice(1).map((atMs, index) => atMs - (noted.frames[index] ?? atMs));
  const ages = agesOf(sent, noted.drawn);
  const delays = warned.map(({ id, atMs }) => (noted.cards[id] ?? Number.NaN) - atMs);
  return {
    updates: sent.length,
    frameP95Ms: quantile(lengths, 0.95),
    frameMaxMs: Math.max(...lengths),
    droppedRatio: frames.dropped / (frames.dropped + frames.drawn),
    frames: frames.dropped + frames.drawn,
    positionP50Ms: quantile(ages.filter(Number.isFinite), 0.5),
    positionMaxMs: Math.max(...ages.filter(Number.isFinite)),
    positionsMissing: ages.filter(Number.isNaN).length,
    warningP50Ms: quantile(delays.filter(Number.isFinite), 0.5),
    warningMaxMs: Math.max(...delays.filter(Number.isFinite)),
    warningsMissing: delays.filter(Number.isNaN).length,
  };
}

const server = await startFleetServer(told.cars + told.warnings, told.cars);
const browser = await launchChromium(installChromium());
try {
  const page = await (await browser.newContext(DESKTOP)).newPage();
  process.stdout.write(`${JSON.stringify(await measure(page, server))}\n`);
} finally {
  await browser.close();
  await server.close();
}
process.exit(0);

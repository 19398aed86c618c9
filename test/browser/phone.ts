import { once } from 'node:events';
import { systemClock } from '@outrider/runtime';
import type { BrowserContext, Page } from 'playwright-core';
import { WebSocket } from 'ws';
import { type Bench, lookAtParts, shoot, WAIT_MS } from './bench.ts';
import { PHONE } from './chromium.ts';
import { SABOTAGES } from './sabotage.ts';
import { askAs, watchPage } from './watch-page.ts';
import { askWhatIf } from './what-if.ts';

/** The server needs no longer for what it knows. */
const SERVER_MS = 15_000;

interface Answered {
  readonly answer?: { readonly kind: string };
}
interface AlertList {
  readonly alerts: readonly { readonly alertId: string; readonly vehicleId: string }[];
}

/** A driver with a phone, from the link to the answer, with a tunnel in between. */
export async function drivePhone(bench: Bench): Promise<BrowserContext> {
  const { browser, drive, expect, folder, sabotage } = bench;
  const context = await browser.newContext({ ...PHONE, serviceWorkers: 'allow' });
  if (sabotage !== undefined) await SABOTAGES[sabotage].spoil(context);
  const page = await context.newPage();
  const watched = watchPage(page);
  await page.goto(drive.pageUrl);
  await page.locator('.verdict').waitFor({ timeout: WAIT_MS });
  expect('the link signs in and leaves no trace in the address', new URL(page.url()).hash === '', page.url());
  await shoot(page, folder, 'phone-first');
  await seeCurveMove(bench, page);
  const chargers = await page.locator('.ahead .stops').last().locator('li').count();
  expect('the chargers on the way are listed', chargers > 0, chargers);
  await askWhatIf(bench, page, 'phone');
  await seeWarning(bench, context, page);
  await answer(bench, context, page);
  await goThroughTunnel(bench, context, page);
  await receivePush(bench, context, page);
  await lookAtParts(bench, page, 'phone');
  expect(
    'nothing on the console, nothing asked of anybody else',
    watched.troubles.length === 0,
    watched.troubles,
  );
  await page.close();
  return context;
}

async function seeCurveMove({ expect }: Bench, page: Page): Promise<void> {
  const curve = page.locator('.curve');
  await curve.waitFor({ timeout: WAIT_MS });
  const pixels = () =>
    page.locator('.curve canvas').evaluate((canvas: HTMLCanvasElement) => canvas.toDataURL());
  const before = { label: await curve.getAttribute('aria-label'), pixels: await pixels() };
  await page
    .waitForFunction(
      (label) => document.querySelector('.curve')?.getAttribute('aria-label') !== label,
      before.label,
      { timeout: WAIT_MS },
    )
    .catch(() => undefined);
  await page.waitForTimeout(200);
  const after = { label: await curve.getAttribute('aria-label'), pixels: await pixels() };
  expect(
    'the curve moves, in words too',
    after.label !== before.label && after.pixels !== before.pixels,
    before.label,
  );
}

/** The card appears by itself; how long after the server said it is told. */
async function seeWarning(
  { drive, expect, folder, ledger }: Bench,
  context: BrowserContext,
  page: Page,
): Promise<void> {
  const [cookie] = await context.cookies();
  const feed = new WebSocket(`${drive.origin.replace('http', 'ws')}/v1/live`, {
    headers: { cookie: `${cookie?.name}=${cookie?.value}`, origin: drive.origin },
  });
  const saidAtMs = new Map<string, number>();
  feed.on('message', (data) => {
    const { type, notification } = JSON.parse(String(data));
    if (
      type === 'notification' &&
      notification.channel === 'feed' &&
      notification.interrupts &&
      !saidAtMs.has(notification.title)
    )
      saidAtMs.set(notification.title, systemClock.nowMs());
  });
  await once(feed, 'open');
  const card = page.locator('.advice:is(.warning, .critical)').first();
  await card.waitFor({ timeout: 2 * WAIT_MS });
  const shownAtMs = systemClock.nowMs();
  const title = (await card.locator('h3').textContent()) ?? '';
  const delayMs = shownAtMs - (saidAtMs.get(title) ?? Number.NaN);
  feed.close();
  ledger.warning = { title, delayMs };
  console.log(
    `       the warning was on the screen ${Number.isNaN(delayMs) ? 'from the beginning' : `${delayMs} ms after the feed told it`}: ${title}`,
  );
  expect(
    'the warning says what to do, and three ways to answer',
    (await card.locator('.recommended').count()) === 1 &&
      (await card.locator('.answers button').count()) === 3,
  );
  await shoot(page, folder, 'phone-warning');
}

async function answer(
  { drive, expect, ledger, folder }: Bench,
  context: BrowserContext,
  page: Page,
): Promise<void> {
  const card = page.locator('.advice:is(.warning, .critical)').first();
  const alertId = ((await card.getAttribute('aria-labelledby')) ?? '').replace('title-', '');
  await card.getByRole('button').first().click();
  const said = page.locator(`[aria-labelledby="title-${alertId}"] .said`);
  await said.waitFor({ timeout: WAIT_MS });
  await page.waitForFunction(
    (id) =>
      /Noted/.test(document.querySelector(`[aria-labelledby="title-${id}"] .said`)?.textContent ?? 'Noted'),
    alertId,
    { timeout: WAIT_MS },
  );
  await shoot(page, folder, 'phone-answered');
  const isKnown = await untilTrue(async () => {
    const { answer } = await askAs<Answered>(
      context,
      `${drive.origin}/v1/alerts/${encodeURIComponent(alertId)}`,
    );
    return answer?.kind === 'on-it';
  });
  ledger.answered = { alertId, isKnown };
  expect('the answer is acknowledged, and the server knows it', isKnown);
}

/** No network for a while: what is said waits, what is told is not lost, and the page opens all the same. */
async function goThroughTunnel(
  { drive, expect, ledger, folder }: Bench,
  context: BrowserContext,
  page: Page,
): Promise<void> {
  await page.evaluate(() => navigator.serviceWorker.ready);
  // The second visit finds every file in its own store.
  await page.reload();
  await page.locator('.verdict').waitFor({ timeout: WAIT_MS });
  await page.locator('.link.live').waitFor({ timeout: WAIT_MS });
  // Looked for from before: where a socket is let through all the same it is lost for a moment only.
  const lost = page.locator('.link.lost, .link.connecting').waitFor({ timeout: WAIT_MS });
  await context.setOffline(true);
  await lost;
  await page.reload();
  await page.locator('.verdict').waitFor({ timeout: WAIT_MS });
  expect(
    'without a network the page opens, and says how old it is',
    (await page.locator('.problem.offline').count()) === 1,
  );
  await shoot(page, folder, 'phone-offline');
  const waiting = await sayWithoutNetwork(page);
  await page.waitForTimeout(5_000);
  await context.setOffline(false);
  await page.locator('.link.live').waitFor({ timeout: WAIT_MS });
  const isTaken = await untilTrue(async () => (await saidIn(page)).every(({ state }) => state === 'taken'));
  expect(
    'what was said without a network is taken when there is one',
    waiting > 0 && isTaken,
    await saidIn(page),
  );
  const { alerts } = await vehicleAlerts(context, drive.origin);
  await page.locator('nav a[href="#warnings"]').click();
  const isComplete = await untilTrue(
    async () => (await page.locator('.warnings > ol > li').count()) >= alerts.length,
  );
  ledger.afterTunnel = { alerts: alerts.length, shown: await page.locator('.warnings > ol > li').count() };
  expect(
    'back again, every warning of the time without is there',
    alerts.length > 0 && isComplete,
    ledger.afterTunnel,
  );
}

const PUSHED = { title: 'Plug in tonight', body: 'Plug in at Groton.', tag: 'one', interrupts: true };

/** What a push service hands to the browser is shown, and a newer one of the same warning takes its place. */
async function receivePush({ drive, expect }: Bench, context: BrowserContext, page: Page): Promise<void> {
  await context.grantPermissions(['notifications'], { origin: drive.origin });
  const browser = await context.newCDPSession(page);
  const registered = new Promise<string>((resolve) => {
    browser.on('ServiceWorker.workerRegistrationUpdated', ({ registrations }) => {
      const [own] = registrations;
      if (own !== undefined) resolve(own.registrationId);
    });
  });
  await browser.send('ServiceWorker.enable');
  const registrationId = await registered;
  for (const body of [PUSHED.body, 'Plug in at Groton, now.'])
    await browser.send('ServiceWorker.deliverPushMessage', {
      ...{ origin: drive.origin, registrationId },
      data: JSON.stringify({ ...PUSHED, body }),
    });
  const shown = () =>
    page.evaluate(async () => {
      const { getNotifications } = ServiceWorkerRegistration.prototype;
      const found = await getNotifications.call(await navigator.serviceWorker.ready);
      return found.map(({ title, body }) => `${title}: ${body}`);
    });
  const isShown = await untilTrue(
    async () => (await shown()).join() === `${PUSHED.title}: Plug in at Groton, now.`,
  );
  expect('what is pushed is shown, once per warning', isShown, await shown());
  await browser.detach();
}

interface SaidHere {
  readonly kind: string;
  readonly state: string;
}

const saidIn = (page: Page): Promise<readonly SaidHere[]> =>
  page.evaluate(() => JSON.parse(localStorage.getItem('outrider.said') ?? '[]'));

/** Changes the answer to the first warning; how many sayings wait then. */
async function sayWithoutNetwork(page: Page): Promise<number> {
  const card = page.locator('.advice').first();
  const change = card.locator('.said button');
  if ((await change.count()) > 0) await change.click();
  await card.locator('.answers button').nth(1).click();
  await card.locator('.said').waitFor({ timeout: WAIT_MS });
  return (await saidIn(page)).filter(({ kind, state }) => kind === 'declined' && state === 'waiting').length;
}

async function vehicleAlerts(context: BrowserContext, origin: string): Promise<AlertList> {
  const { vehicles } = await askAs<{ vehicles: readonly { vehicleId: string }[] }>(
    context,
    `${origin}/v1/vehicles`,
  );
  return askAs<AlertList>(context, `${origin}/v1/vehicles/${vehicles[0]?.vehicleId}/alerts?limit=30`);
}

async function untilTrue(isTrue: () => Promise<boolean>): Promise<boolean> {
  const endMs = systemClock.nowMs() + SERVER_MS;
  while (systemClock.nowMs() < endMs) {
    if (await isTrue()) return true;
    await systemClock.sleep(200);
  }
  return false;
}

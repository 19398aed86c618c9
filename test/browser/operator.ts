import type { Page } from 'playwright-core';
import { type Bench, lookAtParts, shoot, WAIT_MS } from './bench.ts';
import { DESKTOP } from './chromium.ts';
import { watchPage } from './watch-page.ts';

/** Somebody who looks after the fleet sees who needs help, why, and who was told, and takes it on. */
export async function lookAfterFleet(bench: Bench): Promise<void> {
  const { browser, drive, expect, folder } = bench;
  const context = await browser.newContext({ ...DESKTOP, reducedMotion: 'reduce' });
  const page = await context.newPage();
  const watched = watchPage(page);
  await page.goto(drive.operatorUrl);
  const need = page.locator('.needs .list > ol > li').first();
  await need.waitFor({ timeout: 2 * WAIT_MS });
  await need.locator('summary').click();
  await need.locator('caption').waitFor({ timeout: WAIT_MS });
  expect('an operator sees why somebody needs help', (await need.locator('tbody tr').count()) > 1);
  await shoot(page, folder, 'operator-why');
  await need.getByRole('combobox').selectOption({ index: 1 });
  await need.getByRole('button', { name: 'Hand over' }).click();
  const isGiven = await need
    .locator('.tag', { hasText: 'with me' })
    .waitFor({ timeout: WAIT_MS })
    .then(
      () => true,
      () => false,
    );
  expect('hands the car over, and whoever has it sees so', isGiven);
  await need.locator('.hand-over').scrollIntoViewIfNeeded();
  await shoot(page, folder, 'operator-hand-over');
  await lookAtMap(bench, page);
  await need.getByRole('button').first().click();
  const isTaken = await need
    .locator('.said', { hasText: 'Acknowledged' })
    .waitFor({ timeout: WAIT_MS })
    .then(
      () => true,
      () => false,
    );
  expect('and takes it on', isTaken);
  await lookAtParts(bench, page, 'operator', ['needs', 'undelivered', 'quality', 'preferences']);
  expect('nothing on the console of the operator', watched.troubles.length === 0, watched.troubles);
  await context.close();
}

/** The car is on the map, which asks nobody for anything; a choice in one place is a choice in both. */
async function lookAtMap({ expect, folder }: Bench, page: Page): Promise<void> {
  const onMap = page.getByRole('button', { name: 'Show on the map' }).first();
  await onMap.waitFor({ timeout: WAIT_MS });
  await page.locator('.fleet .maplibregl-canvas').waitFor({ timeout: WAIT_MS });
  await page.locator('.fleet .legend', { hasText: /^.*[1-9]\d* of \d+ cars on the map/ }).waitFor();
  await onMap.click();
  const chosen = page.locator('.needs li[aria-current]');
  expect('a car chosen in the list is marked', (await chosen.count()) > 0);
  for (const colorScheme of ['dark', 'light'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await page.waitForTimeout(MAP_DRAWN_MS);
    await shoot(page, folder, `operator-map-${colorScheme}`);
  }
  const box = await page.locator('.fleet .maplibregl-canvas').boundingBox();
  const middle = { x: (box?.width ?? 0) / 2, y: (box?.height ?? 0) / 2 };
  await page.locator('.fleet .maplibregl-canvas').click({ position: { x: 12, y: 12 } });
  expect('a tap beside every car chooses none', (await chosen.count()) === 0);
  await page.locator('.fleet .maplibregl-canvas').click({ position: middle });
  // It drives on while it is looked at: whether it is still in the middle depends on the machine.
  await page.screenshot({ path: `${folder}/operator-map-chosen.png` });
}

/** Land, borders and the car are there. */
const MAP_DRAWN_MS = 2_500;

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
  const need = page.locator('.needs > ol > li').first();
  await need.waitFor({ timeout: 2 * WAIT_MS });
  await need.locator('summary').click();
  await need.locator('caption').waitFor({ timeout: WAIT_MS });
  expect('an operator sees why somebody needs help', (await need.locator('tbody tr').count()) > 1);
  await shoot(page, folder, 'operator-why');
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

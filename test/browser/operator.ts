import { type Bench, shoot, WAIT_MS } from './bench.ts';
import { DESKTOP } from './chromium.ts';
import { findBarriers, watchPage } from './watch-page.ts';

/** Somebody who looks after the fleet sees who needs help, why, and who was told, and takes it on. */
export async function lookAfterFleet({ browser, drive, expect, folder }: Bench): Promise<void> {
  const context = await browser.newContext({ ...DESKTOP, reducedMotion: 'reduce' });
  const page = await context.newPage();
  const watched = watchPage(page);
  await page.goto(drive.operatorUrl);
  const need = page.locator('.needs > ol > li').first();
  await need.waitFor({ timeout: 2 * WAIT_MS });
  await need.locator('summary').click();
  await need.locator('caption').waitFor({ timeout: WAIT_MS });
  expect('an operator sees why somebody needs help', (await need.locator('tbody tr').count()) > 1);
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    const barriers = await findBarriers(page);
    expect(`operator, ${colorScheme}: no serious barrier`, barriers.length === 0, barriers);
    await shoot(page, folder, `operator-${colorScheme}`);
  }
  await need.getByRole('button').first().click();
  const isTaken = await need
    .locator('.said', { hasText: 'Acknowledged' })
    .waitFor({ timeout: WAIT_MS })
    .then(
      () => true,
      () => false,
    );
  expect('and takes it on', isTaken);
  expect('nothing on the console of the operator', watched.troubles.length === 0, watched.troubles);
  await context.close();
}

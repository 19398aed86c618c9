import type { Page } from 'playwright-core';
import { type Bench, shoot, WAIT_MS } from './bench.ts';
import { findBarriers } from './watch-page.ts';

/** A driver asks what it would be like in the cold, with the keys, and goes back to how it is. */
export async function askWhatIf({ expect, folder }: Bench, page: Page, size: string): Promise<void> {
  await page.locator('.what-if summary').click();
  const cold = page.getByLabel('Outside temperature');
  await cold.waitFor({ timeout: WAIT_MS });
  await cold.focus();
  // The coldest there is.
  await page.keyboard.press('Home');
  const outcome = page.locator('.what-if [aria-busy="false"] .outcomes li').first();
  await outcome.waitFor({ timeout: WAIT_MS });
  const said = (await outcome.textContent()) ?? '';
  const [then, asIs] = [...said.matchAll(/(−?\d+)\u00a0% \(/g)].map(([, text]) =>
    Number(text?.replace('−', '-')),
  );
  const isColder = then !== undefined && asIs !== undefined && then < asIs;
  expect('what if it were colder: less on arrival, beside what it is', isColder, said);
  expect(
    'the slider says in words where it stands',
    /^(25 °C|45 °F) colder/.test(((await cold.getAttribute('aria-valuetext')) ?? '').replace('\u00a0', ' ')),
  );
  await shoot(page, folder, `${size}-what-if`);
  const barriers = await findBarriers(page);
  expect('sliders are usable by everybody', barriers.length === 0, barriers);
  await page.locator('.what-if button').click();
  await outcome.waitFor({ state: 'detached', timeout: WAIT_MS });
  await page.locator('.what-if summary').click();
}

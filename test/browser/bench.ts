import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import type { Expectations } from '../ci/expectations.ts';
import type { Drive } from './drive.ts';
import type { Sabotage } from './sabotage.ts';
import { findBarriers } from './watch-page.ts';

export interface Bench {
  readonly browser: Browser;
  readonly drive: Drive;
  readonly folder: string;
  readonly expect: Expectations['expect'];
  readonly sabotage: Sabotage | undefined;
  /** What was acknowledged and what the server knows of it, for whoever counts again. */
  readonly ledger: Record<string, unknown>;
}

/** Longer nothing on a page may take. */
export const WAIT_MS = 60_000;

/** What a driver sees, as the links name it. */
export const DRIVER_PARTS = ['trip', 'warnings', 'plan', 'preferences'] as const;

/** Each part in light and dark: no serious finding, nothing wider than the screen. */
export async function lookAtParts(
  { expect, folder }: Bench,
  page: Page,
  size: string,
  parts: readonly string[] = DRIVER_PARTS,
): Promise<void> {
  for (const part of parts) {
    await page.locator(`nav a[href="#${part}"]`).click();
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await page.waitForTimeout(150);
      const barriers = await findBarriers(page);
      expect(`${size}, ${part}, ${colorScheme}: no serious barrier`, barriers.length === 0, barriers);
      await shoot(page, folder, `${size}-${part}-${colorScheme}`);
    }
    const overflow = await page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );
    expect(`${size}, ${part}: nothing is wider than the screen`, overflow <= 0, overflow);
  }
}

export const shoot = async (page: Page, folder: string, name: string): Promise<void> => {
  await page.screenshot({ path: join(folder, `${name}.png`) });
};

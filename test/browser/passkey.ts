import type { BrowserContext, CDPSession, Locator, Page } from 'playwright-core';
import { type Bench, WAIT_MS } from './bench.ts';
import { DESKTOP } from './chromium.ts';

/** A device that is asked for a finger, and gives it, or does not. */
async function plugInDevice(
  page: Page,
): Promise<{ readonly session: CDPSession; readonly authenticatorId: string }> {
  const session = await page.context().newCDPSession(page);
  await session.send('WebAuthn.enable', { enableUI: false });
  const { authenticatorId } = await session.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      ...{ protocol: 'ctap2', transport: 'internal', hasResidentKey: true, hasUserVerification: true },
      ...{ isUserVerified: true, automaticPresenceSimulation: true },
    },
  });
  return { session, authenticatorId };
}

/** A passkey is added, signs in, and signs nobody in once it was removed or the finger is another's. */
export async function signInByPasskey(bench: Bench, signedIn: BrowserContext): Promise<void> {
  const { browser, drive, expect } = bench;
  const context = await browser.newContext(DESKTOP);
  const page = await context.newPage();
  // A session of its own: it is signed out on the way.
  const asked = await signedIn.request.post(`${drive.origin}/v1/sign-in-links`, {
    headers: { origin: drive.origin },
  });
  const { path } = (await asked.json()) as { readonly path: string };
  await page.goto(`${drive.origin}${path}`);
  await page.locator('nav a[href="#preferences"]').click();
  const { session, authenticatorId } = await plugInDevice(page);
  const devices = page.locator('section', { has: page.getByRole('heading', { name: 'Passkeys' }) }).last();
  await devices.getByRole('button', { name: 'Add this device' }).click();
  await devices.locator('li').waitFor({ timeout: WAIT_MS });
  const { credentials } = await session.send('WebAuthn.getCredentials', { authenticatorId });
  expect('a passkey is made in the device', credentials.length === 1);
  await page.getByRole('button', { name: 'Sign out' }).click();
  const signIn = page.getByRole('button', { name: 'Sign in with a passkey' });
  await signIn.click();
  await page.locator('nav a[href="#trip"]').waitFor({ timeout: WAIT_MS });
  expect('it signs in', (await page.locator('header .car').count()) === 1);

  await refuseOthers(bench, { page, session, authenticatorId, devices, signIn });
  await context.close();
}

interface SignedOut {
  readonly page: Page;
  readonly session: CDPSession;
  readonly authenticatorId: string;
  readonly devices: Locator;
  readonly signIn: Locator;
}

/** Another's finger, and a key that was taken away, open nothing. */
async function refuseOthers(
  { expect }: Bench,
  { page, session, authenticatorId, devices, signIn }: SignedOut,
): Promise<void> {
  const anothersFinger = async (): Promise<boolean> => {
    await signIn.click();
    return page
      .getByText('That did not work')
      .waitFor({ timeout: WAIT_MS })
      .then(
        () => true,
        () => false,
      );
  };
  await page.locator('nav a[href="#preferences"]').click();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await session.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: false });
  expect('not with another’s finger', await anothersFinger());
  await session.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: true });
  await signIn.click();
  await page.locator('nav a[href="#preferences"]').click({ timeout: WAIT_MS });
  await devices.getByRole('button', { name: 'Remove' }).click();
  await devices.locator('li').waitFor({ state: 'detached', timeout: WAIT_MS });
  await page.getByRole('button', { name: 'Sign out' }).click();
  await signIn.click();
  const isRefused = await page
    .locator('[role=alert]')
    .waitFor({ timeout: WAIT_MS })
    .then(
      () => true,
      () => false,
    );
  expect('nor once it was removed', isRefused && (await page.locator('.sign-in').count()) === 1);
}

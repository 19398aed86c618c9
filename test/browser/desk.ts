import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { BrowserContext, Page } from 'playwright-core';
import { type Bench, lookAtParts, shoot, WAIT_MS } from './bench.ts';
import { DESKTOP } from './chromium.ts';
import { findBarriers, watchPage } from './watch-page.ts';

/** The same person at a desk, by keyboard. */
export async function workAtDesk(bench: Bench, phone: BrowserContext): Promise<void> {
  const { browser, drive, expect, folder } = bench;
  const context = await browser.newContext(DESKTOP);
  await context.addCookies(await phone.cookies());
  const page = await context.newPage();
  const watched = watchPage(page);
  await page.goto(drive.origin);
  await page.locator('.verdict').waitFor({ timeout: WAIT_MS });
  await page.keyboard.press('Tab');
  const focused = await page.evaluate(() => document.activeElement?.tagName);
  expect('the keyboard finds something to do', focused !== undefined && focused !== 'BODY', focused);
  await lookAtParts(bench, page, 'desk');
  await speakGerman(bench, page);
  await page.locator('nav a[href="#preferences"]').click();
  await page.getByRole('button', { name: 'Abmelden' }).click();
  await page.locator('.sign-in').waitFor({ timeout: WAIT_MS });
  const kept = await page.evaluate(() =>
    Object.keys(localStorage).filter(
      (name) => name.startsWith('outrider.') && localStorage.getItem(name) !== '[]',
    ),
  );
  expect('signed out, the browser keeps nothing of the driver', kept.length === 0, kept);
  const barriers = await findBarriers(page);
  expect('the sign-in has no serious barrier', barriers.length === 0, barriers);
  await shoot(page, folder, 'desk-signed-out');
  // Asking who is signed in is how the page knows that nobody is.
  const troubles = watched.troubles.filter((one) => !one.includes('401'));
  expect('nothing on the console at the desk', troubles.length === 0, troubles);
  await context.close();
}

async function speakGerman({ expect, folder }: Bench, page: Page): Promise<void> {
  await page.locator('nav a[href="#preferences"]').click();
  await page.locator('select').first().selectOption('de');
  await page.locator('nav a', { hasText: 'Warnungen' }).waitFor({ timeout: WAIT_MS });
  expect('in German it says so to readers of the screen', (await page.getAttribute('html', 'lang')) === 'de');
  await page.locator('nav a[href="#trip"]').click();
  await shoot(page, folder, 'desk-german');
}

/** Somebody else's page, in the same browser, with the same cookie at hand. */
export async function refuseForeignPage({ drive, expect }: Bench, phone: BrowserContext): Promise<void> {
  const server = createServer((_request, response) =>
    response.setHeader('content-type', 'text/html').end('<!doctype html><title>elsewhere</title>'),
  );
  server.listen(0, 'localhost');
  await once(server, 'listening');
  const page = await phone.newPage();
  await page.goto(`http://localhost:${(server.address() as AddressInfo).port}/`);
  const opened = await page.evaluate(
    (url) =>
      new Promise<string>((resolve) => {
        const socket = new WebSocket(url);
        socket.onopen = () => resolve('open');
        socket.onclose = ({ code }) => resolve(`closed ${code}`);
      }),
    `${drive.origin.replace('http', 'ws')}/v1/live`,
  );
  expect('a page from elsewhere cannot open the live feed', opened === 'closed 1006', opened);
  const read = await page.evaluate(
    (url) =>
      fetch(url, { credentials: 'include' }).then(
        (response) => `read ${response.status}`,
        () => 'refused',
      ),
    `${drive.origin}/v1/people/me`,
  );
  expect('nor read an answer', read === 'refused', read);
  await page.close();
  server.close();
}

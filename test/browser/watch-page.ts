import axe from 'axe-core';
import type { BrowserContext, Page } from 'playwright-core';

/** What a page did that it should not: collected while it lives. */
export function watchPage(page: Page): { readonly troubles: readonly string[] } {
  const troubles: string[] = [];
  page.on('pageerror', (error) => troubles.push(`error: ${error.message}`));
  page.on('console', (message) => {
    if (message.type() !== 'error' && message.type() !== 'warning') return;
    // What the test itself takes away.
    if (/net::ERR_INTERNET_DISCONNECTED|WebSocket connection .* failed/.test(message.text())) return;
    // Maps drawn without a graphics card are slow, which is measured elsewhere.
    if (message.text().includes('GPU stall due to ReadPixels')) return;
    troubles.push(`${message.type()}: ${message.text()} ${message.location().url}`);
  });
  page.on('request', (request) => {
    const { hostname, protocol } = new URL(request.url());
    if (protocol.startsWith('http') && hostname !== 'localhost') troubles.push(`asks ${request.url()}`);
  });
  return { troubles };
}

interface Violation {
  readonly id: string;
  readonly impact: string | null;
  readonly nodes: readonly string[];
}

/** Serious findings of axe-core, with the contrast and the criteria of WCAG 2.2 AA. */
export async function findBarriers(page: Page): Promise<readonly Violation[]> {
  await page.evaluate(axe.source);
  return page.evaluate(async () => {
    const { axe } = globalThis as unknown as { axe: typeof import('axe-core') };
    const { violations } = await axe.run(document, {
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
    });
    return violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(({ id, impact, nodes }) => ({
        id,
        impact: impact ?? null,
        nodes: nodes.map(({ html }) => html.slice(0, 160)),
      }));
  });
}

/** Asks the api as the page does: with its cookie. */
export async function askAs<T>(context: BrowserContext, url: string): Promise<T> {
  const response = await context.request.get(url);
  if (!response.ok()) throw new Error(`${url} was answered ${response.status()}`);
  return (await response.json()) as T;
}

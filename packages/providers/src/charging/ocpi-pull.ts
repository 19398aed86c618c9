import { z } from 'zod';
import type { Answer, Caller, CallerDeps } from '../caller.ts';
import { ProviderUnavailable } from '../provider.ts';
import type { ChargerAnswer, ChargerQuestion, ChargerSource } from './charger-provider.ts';
import { type ListUrl, listCaller, listUrlOf } from './list-url.ts';
import { readLocations } from './ocpi/read-location.ts';
import { isObject, numberOf } from './ocpi/words.ts';

export const OCPI_PULL = 'ocpi-pull';

export interface OcpiOptions extends CallerDeps {
  /** The Locations endpoint itself, as its versions document names it. */
  readonly url: string;
  readonly token?: string;
  /** OCPI 2.2 sends the token in base64; many peers, and all of 2.1.1, want it as it is. */
  readonly tokenEncoding?: 'base64' | 'raw';
}

/** Changes within this time before the last answer are asked for again: clocks differ. */
const OVERLAP_MS = 5 * 60_000;
const MOST_PAGES = 5_000;
/** All of Europe has fewer. */
const MOST_ITEMS = 500_000;

/** The Locations module of an OCPI peer, versions 2.1.1 to 2.3.0, page by page. */
export function ocpiPull(options: OcpiOptions): ChargerSource {
  const list = listUrlOf(options.url);
  const headers = authorization(options);
  const secrets = [options.token, ...Object.values(headers).map((one) => one.split(' ')[1])];
  const caller = listCaller(options, OCPI_PULL, list, headers, secrets);
  return {
    name: OCPI_PULL,
    kind: 'charging',
    tellsChanges: true,
    list: (question = {}) => walk(caller, list, question),
    async probe(signal) {
      const page = await askPage(caller, { path: list.path, query: { ...list.query, limit: '1' } }, signal);
      const total = totalOf(page.answer);
      return `${total === undefined ? `${page.items.length} or more` : total} locations`;
    },
  };
}

function authorization({ token, tokenEncoding = 'base64' }: OcpiOptions): Readonly<Record<string, string>> {
  const text = token?.trim();
  if (text === undefined || text === '') return {};
  const sent = tokenEncoding === 'raw' ? text : Buffer.from(text, 'utf8').toString('base64');
  return { authorization: `Token ${sent}` };
}

interface Place {
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
}

interface Page {
  readonly answer: Answer;
  readonly items: readonly unknown[];
}

async function walk(
  caller: Caller,
  list: ListUrl,
  { sinceMs, signal }: ChargerQuestion,
): Promise<ChargerAnswer> {
  const from = sinceMs === undefined ? {} : { date_from: new Date(sinceMs - OVERLAP_MS).toISOString() };
  const items: unknown[] = [];
  const seen = new Set<string>();
  let pages = 0;
  let next: Place | undefined = { path: list.path, query: { ...list.query, ...from } };
  let total: number | undefined;
  let hasAll = true;
  let fetchedAtMs = 0;
  while (next !== undefined) {
    const place: Place = next;
    const key = JSON.stringify(place);
    if (seen.has(key) || ++pages > MOST_PAGES) throw unusable('its pages never end');
    seen.add(key);
    const page = await askPage(caller, place, signal);
    if (items.length + page.items.length > MOST_ITEMS)
      throw unusable(`it lists more than ${MOST_ITEMS} locations`);
    // One by one: a whole country does not fit into the arguments of a call.
    for (const item of page.items) items.push(item);
    fetchedAtMs = page.answer.fetchedAtMs;
    const totalNow = totalOf(page.answer);
    const gone = Math.max(0, (total ?? 0) - (totalNow ?? total ?? 0));
    total = totalNow ?? total;
    next = following(page, place, list, items.length);
    if (gone === 0) continue;
    // What is left moved forward by as many places: as many of them were between the last page and this one.
    const back = steppedBack(place, gone);
    hasAll &&= back !== undefined;
    if (back !== undefined) {
      seen.clear();
      next = back;
    }
  }
  const read = readLocations(items, { source: OCPI_PULL, receivedAtMs: fetchedAtMs });
  if (sinceMs === undefined && read.locations.length === 0)
    throw new ProviderUnavailable(OCPI_PULL, 'lists no location that can be used', { kind: 'no-data' });
  return { ...read, kind: sinceMs === undefined && hasAll ? 'whole' : 'changes', fetchedAtMs };
}

/** The page behind this one: its link, or the offset after it when the total says there is more. */
function following({ answer, items }: Page, place: Place, list: ListUrl, taken: number): Place | undefined {
  const link = /<([^>]+)>\s*;[^,]*\brel="?next"?/i.exec(answer.headers.get('link') ?? '')?.[1];
  if (link !== undefined) {
    const url = URL.parse(link, `${list.origin}${place.path}`);
    // The token goes with the question: nowhere else than where it belongs.
    if (url === null || url.origin !== list.origin) throw unusable('its next page is on another server');
    return { path: url.pathname, query: Object.fromEntries(url.searchParams) };
  }
  const total = totalOf(answer);
  if (total === undefined || items.length === 0) return undefined;
  const offset = (numberOf(place.query.offset) ?? taken - items.length) + items.length;
  return offset < total ? { path: place.path, query: { ...place.query, offset: String(offset) } } : undefined;
}

function steppedBack({ path, query }: Place, by: number): Place | undefined {
  const offset = numberOf(query.offset);
  return offset === undefined
    ? undefined
    : { path, query: { ...query, offset: String(Math.max(0, offset - by)) } };
}

const totalOf = ({ headers }: Answer): number | undefined => numberOf(headers.get('x-total-count'));

async function askPage(
  caller: Caller,
  { path, query }: Place,
  signal: AbortSignal | undefined,
): Promise<Page> {
  const question = { path, query, ...(signal === undefined ? {} : { signal }) };
  const answer = await caller.askJson(question, z.unknown());
  return { answer, items: itemsOf(answer.value) };
}

/** What an OCPI status of its own means, beside HTTP's: 2xxx our question, 3xxx the peer, 4xxx a hub between. */
function itemsOf(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  if (!isObject(value)) throw unusable('the answer is no list');
  const status = numberOf(value.status_code);
  if (status !== undefined && (status < 1_000 || status > 1_999))
    throw new ProviderUnavailable(OCPI_PULL, `answered OCPI status ${status}`, {
      kind: status >= 2_000 && status < 3_000 ? 'bad-request' : 'unavailable',
    });
  if (!Array.isArray(value.data)) throw unusable('the answer holds no list');
  return value.data;
}

const unusable = (why: string): ProviderUnavailable =>
  new ProviderUnavailable(OCPI_PULL, why, { kind: 'bad-payload' });

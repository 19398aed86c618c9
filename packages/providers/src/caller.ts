import {
  type Breaker,
  backoffMs,
  type Clock,
  createBreaker,
  createRateLimit,
  decodeStrictJson,
  type RateLimit,
} from '@outrider/runtime';
import type { z } from 'zod';
import { ProviderUnavailable, type UnavailableKind } from './provider.ts';

/** What every provider that asks over the network is made with. */
export interface CallerDeps {
  /** Real time: timeouts, retries, budgets. */
  readonly clock: Clock;
  readonly random: () => number;
  /** The global one outside of tests. */
  readonly fetch: typeof fetch;
}

export interface CallerOptions extends CallerDeps {
  readonly name: string;
  /** From settings only: what leaves us goes nowhere else. Redirects to another origin are refused. */
  readonly baseUrl: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  readonly maxBytes?: number;
  /** Units a day and per second that are spent at most; a unit is what the vendor counts. */
  readonly budget?: { readonly perS: number; readonly burst: number };
}

export interface Question {
  /** Relative to the base URL. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly method?: 'GET' | 'POST';
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly json?: unknown;
  /** Sent as a form. */
  readonly form?: Readonly<Record<string, string>>;
  /** Units of the budget it takes; default 1. */
  readonly cost?: number;
  /** Statuses that are answers, not failures; 2xx always are. */
  readonly alsoAnswers?: readonly number[];
  readonly signal?: AbortSignal;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** Real time. */
  readonly fetchedAtMs: number;
}

/** Asks one vendor. Rejects with `ProviderUnavailable` and nothing else, an aborted signal included. */
export interface Caller {
  ask(question: Question): Promise<Answer>;
  /** The answer decoded strictly and checked: a text where JSON was promised is a `bad-payload`. */
  askJson<T>(question: Question, schema: z.ZodType<T>): Promise<Answer & { readonly value: T }>;
}

const DEFAULT_MAX_BYTES = 8_000_000;
const RETRIES = 2;
const FIRST_DELAY_MS = 250;
const MAX_DELAY_MS = 4_000;
/** Longer than this nobody waits for a retry: the next provider is asked. */
const MAX_RETRY_AFTER_MS = 5_000;
const DOWN = { failures: 5, openMs: 30_000, longestOpenMs: 600_000 };
const JSON_DEPTH = 32;

export function createCaller(options: CallerOptions): Caller {
  const breaker = createBreaker(DOWN);
  const budget = options.budget && createRateLimit(options.budget.perS, options.budget.burst);
  const ask = (question: Question): Promise<Answer> => askPatiently(options, question, breaker, budget);
  return {
    ask,
    async askJson(question, schema) {
      const answer = await ask(question);
      return { ...answer, value: decode(options.name, answer.text, schema) };
    },
  };
}

/** A value as the schema has it, or the reason in one line. */
export function decode<T>(provider: string, text: string, schema: z.ZodType<T>): T {
  const json = decodeStrictJson(text, JSON_DEPTH);
  if (json.kind === 'refused')
    throw new ProviderUnavailable(provider, `the answer is ${json.reason}`, { kind: 'bad-payload' });
  const parsed = schema.safeParse(json.value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new ProviderUnavailable(
    provider,
    `the answer has ${issue?.path.join('.') || 'at its top'}: ${issue?.message ?? 'something unexpected'}`,
    { kind: 'bad-payload' },
  );
}

async function askPatiently(
  options: CallerOptions,
  question: Question,
  breaker: Breaker,
  budget: RateLimit | undefined,
): Promise<Answer> {
  const { clock, name, random } = options;
  for (let attempt = 0; ; attempt++) {
    const restMs = breaker.openForMs(clock.nowMs());
    if (restMs > 0)
      throw new ProviderUnavailable(name, 'rests after failures', { retryAtMs: clock.nowMs() + restMs });
    const waitMs = budget?.take(name, clock.nowMs(), question.cost ?? 1) ?? 0;
    if (waitMs > 0)
      throw new ProviderUnavailable(name, 'our own budget is spent', {
        kind: 'rate-limited',
        retryAtMs: clock.nowMs() + waitMs,
      });
    try {
      const answer = await askOnce(options, question);
      breaker.note(true, clock.nowMs());
      return answer;
    } catch (error) {
      const failure = error as ProviderUnavailable;
      if (!question.signal?.aborted) breaker.note(!showsItIsDown(failure.kind), clock.nowMs());
      const delayMs = retryDelayMs(failure, attempt, clock.nowMs(), random);
      if (delayMs === undefined || question.signal?.aborted) throw failure;
      await clock.sleep(delayMs, question.signal);
      if (question.signal?.aborted) throw failure;
    }
  }
}

/** A refused question says that the other side works; what it cannot parse or answer does not. */
const showsItIsDown = (kind: UnavailableKind): boolean => kind === 'unavailable' || kind === 'bad-payload';

function retryDelayMs(
  { kind, retryAtMs }: ProviderUnavailable,
  attempt: number,
  nowMs: number,
  random: () => number,
): number | undefined {
  if (attempt >= RETRIES || (kind !== 'unavailable' && kind !== 'rate-limited')) return undefined;
  if (retryAtMs === undefined)
    return kind === 'unavailable' ? backoffMs(attempt, FIRST_DELAY_MS, MAX_DELAY_MS, random) : undefined;
  const waitMs = Math.max(0, retryAtMs - nowMs);
  return waitMs <= MAX_RETRY_AFTER_MS ? waitMs : undefined;
}

async function askOnce(options: CallerOptions, question: Question): Promise<Answer> {
  const { name, clock, timeoutMs } = options;
  const timeout = AbortSignal.timeout(timeoutMs);
  const signal = question.signal === undefined ? timeout : AbortSignal.any([timeout, question.signal]);
  try {
    const response = await options.fetch(
      urlOf(options.baseUrl, question),
      requestOf(options, question, signal),
    );
    const text = await readText(response, options.maxBytes ?? DEFAULT_MAX_BYTES, name);
    const { status, headers } = response;
    if ((status < 200 || status > 299) && !question.alsoAnswers?.includes(status))
      throw refusal(name, status, headers, text, clock.nowMs());
    return { status, headers, text, fetchedAtMs: clock.nowMs() };
  } catch (error) {
    if (error instanceof ProviderUnavailable) throw error;
    const why = timeout.aborted
      ? 'took too long'
      : question.signal?.aborted
        ? 'was given up'
        : 'cannot be reached';
    throw new ProviderUnavailable(name, why, { cause: error });
  }
}

function urlOf(baseUrl: string, { path, query = {} }: Question): URL {
  const url = new URL(path.replace(/^\//, ''), baseUrl.endsWith('/') ? baseUrl : `${baseUrl}/`);
  for (const [key, value] of Object.entries(query)) url.searchParams.set(key, value);
  return url;
}

function requestOf(options: CallerOptions, question: Question, signal: AbortSignal): RequestInit {
  const { json, form } = question;
  const type = json === undefined ? {} : { 'content-type': 'application/json' };
  const body = json === undefined ? form && new URLSearchParams(form) : JSON.stringify(json);
  return {
    method: question.method ?? (body === undefined ? 'GET' : 'POST'),
    headers: { accept: 'application/json', ...options.headers, ...type, ...question.headers },
    redirect: 'manual',
    signal,
    ...(body === undefined ? {} : { body }),
  };
}

async function readText(response: Response, maxBytes: number, name: string): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > maxBytes)
      throw new ProviderUnavailable(name, `the answer is longer than ${maxBytes} bytes`, {
        kind: 'bad-payload',
      });
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** What a status means, for vendors that keep to HTTP; a vendor with its own words reads them before. */
function refusal(
  name: string,
  status: number,
  headers: Headers,
  text: string,
  nowMs: number,
): ProviderUnavailable {
  const said = text.slice(0, 120).replace(/\s+/g, ' ').trim();
  const why = `answered ${status}${said === '' ? '' : ` (${said})`}`;
  const retryAtMs = retryAfterMs(headers.get('retry-after'), nowMs);
  const at = retryAtMs === undefined ? {} : { retryAtMs };
  if (status === 429) return new ProviderUnavailable(name, why, { kind: 'rate-limited', ...at });
  if (status === 401 || status === 403) return new ProviderUnavailable(name, why, { kind: 'auth' });
  if (status === 404 || status === 422) return new ProviderUnavailable(name, why, { kind: 'no-data' });
  if (status >= 500 || status === 408)
    return new ProviderUnavailable(name, why, { kind: 'unavailable', ...at });
  return new ProviderUnavailable(name, why, { kind: 'bad-request' });
}

/** Seconds, or a date (RFC 9110, 10.2.3). */
function retryAfterMs(header: string | null, nowMs: number): number | undefined {
  if (header === null || header === '') return undefined;
  const atMs = /^\d+$/.test(header) ? nowMs + 1000 * Number(header) : Date.parse(header);
  return Number.isNaN(atMs) ? undefined : atMs;
}

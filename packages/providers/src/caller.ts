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
import { movedTo, withoutSecrets } from './moved.ts';
import { ProviderUnavailable, type UnavailableKind } from './provider.ts';
import { readBody } from './read-body.ts';
import { type Refusal, refusalOf } from './refusal.ts';

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
  /** From settings only: what leaves us goes nowhere else, wherever an answer or its links may point. */
  readonly baseUrl: string;
  /** A vendor that asks to be followed when it moves, and within which domain it does. Absent: nobody is followed. */
  readonly movesWithin?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Texts that no error may repeat, although the vendor does. */
  readonly secrets?: readonly (string | undefined)[];
  /** Questions are somebody's own words, which vendors like to repeat: no error says what they said. */
  readonly isPersonal?: boolean;
  readonly timeoutMs: number;
  readonly maxBytes?: number;
  /** Units a day and per second that are spent at most; a unit is what the vendor counts. */
  readonly budget?: { readonly perS: number; readonly burst: number };
  /** What a vendor says in its own words when it refuses; what it leaves open is read as HTTP means it. */
  readonly readRefusal?: (status: number, text: string, nowMs: number) => Refusal;
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

/**
 * Asks one vendor. Rejects with `ProviderUnavailable` and nothing else, an aborted signal included. Whoever said
 * when to come back is not asked before.
 */
export interface Caller {
  ask(question: Question): Promise<Answer>;
  /** `read` makes something of the answer, or throws a `ProviderUnavailable` that counts as the vendor's. */
  askFor<T>(question: Question, read: (answer: Answer) => T): Promise<T>;
  /** The answer decoded strictly and checked: a text where JSON was promised is a `bad-payload`. */
  askJson<T>(question: Question, schema: z.ZodType<T>): Promise<Answer & { readonly value: T }>;
}

const DEFAULT_MAX_BYTES = 8_000_000;
const RETRIES = 2;
const FIRST_DELAY_MS = 250;
const MAX_DELAY_MS = 4_000;
/** Longer than this nobody waits for a retry: the next provider is asked. */
const MAX_RETRY_AFTER_MS = 5_000;
/** Whoever says "not so often", and not for how long, is left alone for this long; nobody for longer than a day. */
const UNSAID_REST_MS = 30_000;
const LONGEST_REST_MS = 24 * 3_600_000;
/** A budget that has the units again so soon is waited for. */
const MAX_BUDGET_WAIT_MS = 1_000;
const DOWN = { failures: 5, openMs: 30_000, longestOpenMs: 600_000 };
const JSON_DEPTH = 32;

export function createCaller(options: CallerOptions): Caller {
  const memory: Memory = {
    breaker: createBreaker(DOWN),
    budget: options.budget && createRateLimit(options.budget.perS, options.budget.burst),
    limitedUntilMs: 0,
  };
  const askFor = <T>(question: Question, read: (answer: Answer) => T): Promise<T> =>
    askPatiently(options, question, memory, read);
  return {
    askFor,
    ask: (question) => askFor(question, (answer) => answer),
    askJson: (question, schema) =>
      askFor(question, (answer) => ({ ...answer, value: decode(options.name, answer.text, schema) })),
  };
}

/** What is remembered of one vendor. */
interface Memory {
  readonly breaker: Breaker;
  readonly budget: RateLimit | undefined;
  /** It has told us not to come back before. */
  limitedUntilMs: number;
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

async function askPatiently<T>(
  options: CallerOptions,
  question: Question,
  memory: Memory,
  read: (answer: Answer) => T,
): Promise<T> {
  const { clock, random } = options;
  const { breaker } = memory;
  for (let attempt = 0; ; attempt++) {
    await allowed(options, question, memory);
    try {
      const value = read(await askOnce(options, question, memory));
      breaker.note(true, clock.nowMs());
      return value;
    } catch (error) {
      if (!(error instanceof ProviderUnavailable)) throw error;
      if (!question.signal?.aborted) breaker.note(!showsItIsDown(error.kind), clock.nowMs());
      if (error.kind === 'rate-limited') leaveAlone(memory, error.retryAtMs, clock.nowMs());
      const delayMs = isTimeout(error) ? undefined : retryDelayMs(error, attempt, clock.nowMs(), random);
      if (delayMs === undefined || question.signal?.aborted) throw error;
      await clock.sleep(delayMs, question.signal);
      if (question.signal?.aborted) throw error;
    }
  }
}

/** Who was slow has had the time there is: the next provider has to have its turn. */
const isTimeout = ({ cause }: ProviderUnavailable): boolean =>
  cause instanceof DOMException && cause.name === 'TimeoutError';

function leaveAlone(memory: Memory, retryAtMs: number | undefined, nowMs: number): void {
  const untilMs = Math.min(retryAtMs ?? nowMs + UNSAID_REST_MS, nowMs + LONGEST_REST_MS);
  memory.limitedUntilMs = Math.max(memory.limitedUntilMs, untilMs);
}

/** Resolves when the question may be asked and its units are taken. @throws ProviderUnavailable until when not */
async function allowed(options: CallerOptions, question: Question, memory: Memory): Promise<void> {
  const { clock, name } = options;
  if (question.signal?.aborted) throw new ProviderUnavailable(name, 'was given up');
  const limitedMs = memory.limitedUntilMs - clock.nowMs();
  if (limitedMs > 0) throw notNow(options, 'has said to come back later', limitedMs, 'rate-limited');
  const restMs = memory.breaker.openForMs(clock.nowMs());
  if (restMs > 0) throw notNow(options, 'rests after failures', restMs, 'unavailable');
  await spend(options, question, memory);
}

async function spend(
  options: CallerOptions,
  { cost = 1, signal }: Question,
  { budget }: Memory,
): Promise<void> {
  const { clock, name } = options;
  for (;;) {
    if (signal?.aborted) throw new ProviderUnavailable(name, 'was given up');
    const waitMs = budget?.take(name, clock.nowMs(), cost) ?? 0;
    if (waitMs === 0) return;
    if (waitMs > MAX_BUDGET_WAIT_MS) throw notNow(options, 'our own budget is spent', waitMs, 'rate-limited');
    await clock.sleep(waitMs, signal);
  }
}

const notNow = ({ clock, name }: CallerOptions, why: string, restMs: number, kind: UnavailableKind) =>
  new ProviderUnavailable(name, why, { kind, retryAtMs: clock.nowMs() + restMs });

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

async function askOnce(options: CallerOptions, question: Question, memory: Memory): Promise<Answer> {
  const { name, clock, timeoutMs } = options;
  const timeout = AbortSignal.timeout(timeoutMs);
  const signal = question.signal === undefined ? timeout : AbortSignal.any([timeout, question.signal]);
  try {
    const response = await follow(options, question, memory, signal);
    const text = await readBody(response, options.maxBytes ?? DEFAULT_MAX_BYTES, name);
    const { status, headers } = response;
    if ((status < 200 || status > 299) && !question.alsoAnswers?.includes(status))
      throw refusalOf(options, { status, headers, text });
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

/** The response, or that of the place the vendor has moved to: one move, which costs as much as a question. */
async function follow(
  options: CallerOptions,
  question: Question,
  memory: Memory,
  signal: AbortSignal,
): Promise<Response> {
  const url = urlOf(options, question);
  const request = requestOf(options, question, signal);
  const response = await options.fetch(url, request);
  const moved = movedTo(url, response, options.movesWithin);
  if (moved === undefined || request.method !== 'GET') return response;
  await response.body?.cancel();
  await spend(options, question, memory);
  return options.fetch(moved, moved.origin === url.origin ? request : withoutSecrets(request));
}

/** @throws ProviderUnavailable when a path, of a link for example, leads to another server */
function urlOf({ baseUrl, name }: CallerOptions, { path, query = {} }: Question): URL {
  const base = new URL(baseUrl.endsWith('/') ? baseUrl : `${baseUrl}/`);
  // With the dot, a path that begins like an address stays a path.
  const url = new URL(`./${path.replace(/^\//, '')}`, base);
  if (url.origin !== base.origin)
    throw new ProviderUnavailable(name, 'leads to another server', { kind: 'bad-payload' });
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

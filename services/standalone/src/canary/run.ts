import { readFile } from 'node:fs/promises';
import type { ChannelName } from '@outrider/domain';
import { factCatalogue, loadRules } from '@outrider/predictor';
import { type Clock, createMetrics, type Log, openHealthDoor, type Readiness } from '@outrider/runtime';
import { openArrivals } from './arrivals.ts';
import { type CanaryCar, channelsFor, findCanary, leaveCanary } from './car.ts';
import { expectedOf, nameOf } from './expected.ts';
import { createPager, type Pager } from './pager.ts';
import type { CanaryCommand } from './read-command.ts';
import { driveRound } from './round.ts';
import { judgeRound, type Paged } from './trouble.ts';

export interface CanaryTools {
  readonly realClock: Clock;
  readonly log: Log;
  readonly stdout: (text: string) => void;
  readonly signal: AbortSignal;
  /** Channels that the settings here set up, as far as they go: one that is not tried is told of. */
  readonly setUp: readonly ChannelName[];
}

/** A mistake of whoever started the canary, in words that help. */
export class CanaryRefused extends Error {}

/** Rounds until the signal, or one; true when in the last round everything arrived and nobody had to be paged in vain. */
export async function runCanary(
  command: CanaryCommand,
  rulesFolder: string,
  tools: CanaryTools,
): Promise<boolean> {
  const { realClock, log, stdout, signal } = tools;
  const [token, pageUrl, aliveUrl] = await readSecrets(command);
  const metrics = createMetrics();
  const watch = createWatch(createPager({ pageUrl, aliveUrl }, realClock), metrics, tools);
  const arrivals = await openArrivals(command.host, command.arrivalsPort);
  const { host, port } = command;
  const door = await openHealthDoor({ host, port, metrics, readiness: watch.readiness }).catch(
    async (error) => {
      await arrivals.close();
      throw error;
    },
  );
  stdout(`The canary runs.\n\n  health     ${door.address}/readyz    ${door.address}/metrics\n`);
  stdout(`  arrivals   POST ${arrivals.address}/arrived/<channel>\n\n`);
  let car: CanaryCar | undefined;
  let before: ReadonlySet<string> = new Set();
  try {
    for (;;) {
      const missing = await tryRound(async () => {
        const { apiUrl, gatewayUrl } = command;
        car ??= await findCanary(apiUrl, gatewayUrl, token);
        // Read each time: a rule or a channel that is new is expected from the next round on.
        const rules = await loadRules(rulesFolder, factCatalogue);
        const channels = await channelsFor(apiUrl, token);
        const expected = expectedOf(rules, channels);
        watch.expect(
          expected,
          tools.setUp.filter((one) => !channels.includes(one)),
        );
        // A canary that tries nothing must not look like one that finds nothing.
        if (expected.length === 0) return ['anything: no rule is on, or no channel is switched on'];
        const proven = new Set(command.proven);
        const deps = { car, realClock, arrivals, proven, withinMs: command.withinS * 1_000, signal };
        const round = await driveRound(expected, before, deps);
        before = new Set(round.alertIds);
        return round.missing.map(nameOf);
      });
      if (signal.aborted) return watch.isWell();
      await watch.take(missing);
      if (command.isOnce) return watch.isWell();
      await realClock.sleep(command.everyMin * 60_000, signal);
      if (signal.aborted) return watch.isWell();
    }
  } finally {
    if (car !== undefined) await leaveCanary(car);
    await door.close();
    await arrivals.close();
    log.info({}, 'the canary ends');
  }
}

/** A door that does not answer is what the canary is for: it is missing, not an error. */
async function tryRound(round: () => Promise<readonly string[]>): Promise<readonly string[]> {
  try {
    return await round();
  } catch (error) {
    return [`a whole round: ${(error as Error).message}`.slice(0, 300)];
  }
}

function createWatch(
  pager: Pager,
  metrics: ReturnType<typeof createMetrics>,
  { realClock, log }: CanaryTools,
) {
  const gauges = {
    missing: metrics.gauge('canary_missing', 'Expected messages that did not arrive in the last round.'),
    expected: metrics.gauge('canary_expected', 'Messages that have to arrive in a round.'),
    untried: metrics.gauge(
      'canary_untried_channels',
      'Channels that are set up and that its person has not switched on.',
    ),
    round: metrics.gauge('canary_round_timestamp_seconds', 'When the last round ended.'),
    pages: metrics.counter('canary_pages_total', 'Pages and notes of recovery, by whether they went out.', [
      'event',
      'outcome',
    ]),
  };
  let paged: Paged = new Set();
  let now: Readiness = { ready: false, why: 'no round is over yet' };
  const page = async (
    verdict: ReturnType<typeof judgeRound>,
    missing: readonly string[],
  ): Promise<string[]> => {
    if (verdict.kind === 'nothing') return [];
    const event = verdict.kind === 'page' ? 'trigger' : 'resolve';
    const isOut = await pager.page({
      ...{ event, missing, at: new Date(realClock.nowMs()).toISOString() },
      summary:
        verdict.kind === 'page'
          ? `${missing.length} canary messages did not arrive`
          : 'canary messages arrive again',
    });
    gauges.pages.inc({ event, outcome: isOut ? 'sent' : 'failed' });
    // Not told, it is told with the next round.
    if (isOut) paged = verdict.paged;
    return isOut ? [] : ['nobody could be paged'];
  };
  return {
    expect(expected: readonly unknown[], untried: readonly ChannelName[]): void {
      gauges.expected.set(expected.length);
      gauges.untried.set(untried.length);
      if (untried.length > 0)
        log.warn({ untried }, 'channels that are set up and that the canary has not switched on');
    },
    async take(missing: readonly string[]): Promise<void> {
      if (missing.length > 0) log.error({ missing }, 'warnings do not arrive');
      else log.info({}, 'every warning arrived');
      const troubles = await page(judgeRound(paged, missing), missing);
      if (missing.length === 0 && !(await pager.sayAlive()))
        troubles.push('nobody could be told that all is well');
      gauges.missing.set(missing.length);
      gauges.round.set(realClock.nowMs() / 1_000);
      for (const trouble of troubles) log.error({}, trouble);
      const why = [...missing, ...troubles].join('; ');
      now = why === '' ? { ready: true } : { ready: false, why };
    },
    readiness: () => now,
    isWell: () => now.ready,
  };
}

/** Tokens and addresses that may hold one stand in files, not among the arguments everybody on the machine can see. */
async function readSecrets({ tokenFile, pageFile, aliveFile }: CanaryCommand) {
  const read = async (name: string, file: string | undefined): Promise<string | undefined> => {
    if (file === undefined) return undefined;
    const text = await readFile(file, 'utf8').catch(() => {
      throw new CanaryRefused(`${name} names ${file}, which cannot be read`);
    });
    const word = text.trim();
    if (word === '') throw new CanaryRefused(`${name} names ${file}, which is empty`);
    return word;
  };
  const url = async (name: string, file: string | undefined) => {
    const word = await read(name, file);
    if (word !== undefined && !/^https?:\/\/\S+$/.test(word))
      throw new CanaryRefused(`${name} names ${file}, which holds no http(s) address`);
    return word;
  };
  return [
    (await read('--token-file', tokenFile)) ?? '',
    await url('--page-file', pageFile),
    await url('--alive-file', aliveFile),
  ] as const;
}

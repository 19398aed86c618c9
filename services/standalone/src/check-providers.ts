import { type Probe, ProviderUnavailable } from '@outrider/providers';
import type { Clock } from '@outrider/runtime';
import { alignedTable, onOneLine } from './table.ts';

/** Longer than this nobody waits for a forecast either. */
const DEADLINE_MS = 10_000;

export interface ProbeResult {
  readonly kind: Probe['kind'];
  readonly name: string;
  readonly answered: boolean;
  /** What it said, or why it could not. */
  readonly said: string;
  readonly tookMs: number;
}

/** Asks all of them one question each, at once; nothing that one of them does stops the others. */
export const checkProviders = (probes: readonly Probe[], clock: Clock): Promise<readonly ProbeResult[]> =>
  Promise.all(probes.map((one) => ask(one, clock)));

async function ask({ kind, name, probe }: Probe, clock: Clock): Promise<ProbeResult> {
  const startMs = clock.nowMs();
  const enough = new AbortController();
  const late = clock.sleep(DEADLINE_MS, enough.signal).then((): never => {
    throw new ProviderUnavailable(name, `said nothing for ${DEADLINE_MS / 1000} s`);
  });
  late.catch(() => undefined);
  const signal = new AbortController();
  try {
    const said = await Promise.race([probe(signal.signal), late]);
    return { kind, name, answered: true, said, tookMs: clock.nowMs() - startMs };
  } catch (error) {
    const why = error instanceof ProviderUnavailable ? `${error.kind}: ${error.message}` : String(error);
    return { kind, name, answered: false, said: why, tookMs: clock.nowMs() - startMs };
  } finally {
    enough.abort();
    signal.abort();
  }
}

/** A table for people; says so when there is nothing to ask. */
export function tableOf(results: readonly ProbeResult[]): string {
  if (results.length === 0)
    return 'No online provider is configured: forecasts use files, the car itself and rough estimates.\n';
  const rows = results.map(({ kind, name, answered, said, tookMs }) => [
    kind,
    name,
    answered ? 'ok' : 'FAILED',
    `${Math.round(tookMs)} ms`,
    onOneLine(said),
  ]);
  return alignedTable(['kind', 'provider', '', 'took', 'said'], rows);
}

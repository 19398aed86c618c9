import { nowMs, reading, seen } from '../store.ts';
import { texts } from '../texts/texts.ts';
import { ago, bandText, chanceText, distance, moment, percent } from '../words/format.ts';
import { type Verdict, verdictOf } from '../words/verdict.ts';

/** "Will I make it?", in one word, one figure and one line. */
export function VerdictCard({ vehicleId }: { readonly vehicleId: string }) {
  const forecast = seen.value.forecasts[vehicleId];
  const verdict = verdictOf(forecast, nowMs.value);
  const reach = forecast?.reachM;
  return (
    <section class={`verdict ${verdict.kind}`} aria-live="polite">
      <h2>{texts.value.verdict[verdict.kind]}</h2>
      <Lines verdict={verdict} socPct={forecast?.socPct ?? 0} reservePct={forecast?.reserveSocPct ?? 0} />
      {verdict.kind === 'nothing-ahead' && reach !== undefined && (
        <p>{texts.value.reach(distance(reach.p10, reading.value), distance(reach.p90, reading.value))}</p>
      )}
      {forecast !== undefined && (
        <p class="aside">
          {percent(forecast.socPct, reading.value)} · {ago(forecast.madeAt, nowMs.value, reading.value)}
        </p>
      )}
    </section>
  );
}

function Lines({ verdict, socPct, reservePct }: { verdict: Verdict; socPct: number; reservePct: number }) {
  const [say, read] = [texts.value, reading.value];
  switch (verdict.kind) {
    case 'no-forecast':
      return <p>{say.noForecast}</p>;
    case 'nothing-ahead':
      return <p>{say.nothingAhead(percent(socPct, read))}</p>;
    case 'not-watching':
      return <NotWatching verdict={verdict} />;
    default: {
      const { name, sure, arrivalSocPct } = verdict.stop;
      return (
        <>
          <p>
            <span class="figure">{chanceText(sure, read)}</span> {say.figure}
          </p>
          <p>{say.sure(name)}</p>
          <p>{say.onArrival(bandText(arrivalSocPct, read), percent(reservePct, read))}</p>
        </>
      );
    }
  }
}

function NotWatching({ verdict }: { verdict: Extract<Verdict, { kind: 'not-watching' }> }) {
  const [say, read, now] = [texts.value, reading.value, nowMs.value];
  const { since, why, lastKnown } = verdict;
  return (
    <>
      <p>{say.notWatching(since === undefined ? undefined : moment(since, now, read))}</p>
      <p class="aside">{say.why(why)}</p>
      {lastKnown !== undefined && (
        <p>{say.lastKnown(ago(lastKnown.at, now, read), percent(lastKnown.socPct, read))}</p>
      )}
      {lastKnown?.stop !== undefined && (
        <p>{say.lastKnownStop(lastKnown.stop.name, bandText(lastKnown.stop.arrivalSocPct, read))}</p>
      )}
    </>
  );
}

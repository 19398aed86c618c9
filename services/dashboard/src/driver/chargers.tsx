import type { ForecastView, RoadView } from '../server/answers.ts';
import { reading } from '../store.ts';
import { texts } from '../texts/texts.ts';
import { age, chanceText, distance, power } from '../words/format.ts';
import { chargersAhead } from './curve-data.ts';

/** More than a screen of them help nobody. */
const SHOWN_MAX = 8;

/** Chargers ahead, nearest first, each with how likely it can be used and how old that word is. */
export function Chargers({
  forecast,
  road,
}: {
  readonly forecast: ForecastView;
  readonly road: RoadView | undefined;
}) {
  const [words, read] = [texts.value.chargers, reading.value];
  const ahead = chargersAhead(forecast, road);
  return (
    <section class="card stops">
      <h2>{words.title}</h2>
      {road === undefined && <p class="aside">{words.unknown}</p>}
      {road !== undefined && ahead.length === 0 && <p class="aside">{words.none}</p>}
      <ol>
        {ahead.slice(0, SHOWN_MAX).map(({ aheadM, charger }) => (
          <li key={`${charger.locationId} ${aheadM}`}>
            <span class="name">{charger.name}</span>
            <span class="aside">
              {distance(aheadM, read)} · {power(charger.maxPowerKw, read)}
            </span>
            <span>
              {charger.isClosedOnArrival
                ? words.closed
                : words.works(chanceText(charger.worksProbability, read))}
            </span>
            <span class="aside">
              {charger.statusAgeS === null ? words.unheard : words.heard(age(charger.statusAgeS, read))}
            </span>
          </li>
        ))}
      </ol>
      {ahead.length > SHOWN_MAX && <p class="aside">{words.more(String(ahead.length - SHOWN_MAX))}</p>}
    </section>
  );
}

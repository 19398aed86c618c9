import { computed } from '@preact/signals';
import { firingOf, openCommandsOf } from '../seen.ts';
import type { ForecastView } from '../server/answers.ts';
import { cancelCommand, nowMs, reading, seen, vehicle } from '../store.ts';
import { texts } from '../texts/texts.ts';
import { bandText, chanceText, distance, moment, percent } from '../words/format.ts';
import { verdictOf } from '../words/verdict.ts';
import { AdviceCard } from './advice-card.tsx';
import { Chargers } from './chargers.tsx';
import { Curve } from './curve.tsx';
import { curveData } from './curve-data.ts';
import { VerdictCard } from './verdict-card.tsx';
import { WhatIf } from './what-if.tsx';
import { otherwise } from './what-if-answer.ts';

/** Recomputed when the forecast is another, not each second. */
const curve = computed(() => {
  const vehicleId = vehicle.value?.vehicleId ?? '';
  const { forecasts, trails, roads } = seen.value;
  const ghost = otherwise.value?.changed.curve;
  return curveData(forecasts[vehicleId], trails[vehicleId], roads[vehicleId], reading.value, ghost);
});

/** The view a driver opens: the verdict, the one thing to do, the curve, the stops. */
export function Trip() {
  const car = vehicle.value;
  if (car === undefined) return null;
  const { vehicleId } = car;
  const forecast = seen.value.forecasts[vehicleId];
  const firing = firingOf(seen.value, vehicleId, nowMs.value);
  const { kind } = verdictOf(forecast, nowMs.value);
  const isWatched = kind !== 'not-watching';
  return (
    <div class="trip">
      <VerdictCard vehicleId={vehicleId} />
      <div class="advices">
        {firing.map((alert) => (
          <AdviceCard key={alert.alertId} alert={alert} />
        ))}
        {firing.length === 0 && kind === 'sure' && <p class="quiet">{texts.value.advice.quiet}</p>}
        <Commands vehicleId={vehicleId} />
      </div>
      <section class="card road">
        <h2>{texts.value.curve.title}</h2>
        {isWatched && forecast !== undefined && curve.value !== undefined ? (
          <>
            <Curve
              data={curve.value}
              label={curveLabel(forecast)}
              unit={reading.value.units === 'imperial' ? 'mi' : 'km'}
              words={texts.value.curve}
            />
            <Legend />
          </>
        ) : (
          <p class="aside">{isWatched ? texts.value.curve.empty : texts.value.curve.unknown}</p>
        )}
      </section>
      {isWatched && forecast !== undefined && forecast.stops.length > 0 && <WhatIf />}
      {isWatched && forecast !== undefined && forecast.stops.length > 0 && (
        <div class="ahead">
          <Stops stops={forecast.stops} />
          <Chargers forecast={forecast} road={seen.value.roads[vehicleId]} />
        </div>
      )}
    </div>
  );
}

function curveLabel({ socPct, reserveSocPct, stops }: ForecastView): string {
  const [words, read] = [texts.value.curve, reading.value];
  const [next, ...later] = stops;
  if (next === undefined) return words.empty;
  const band = (stop: typeof next): string => bandText(stop.arrivalSocPct, read);
  return [
    words.label(
      percent(socPct, read),
      next.name,
      distance(next.distanceM, read),
      band(next),
      percent(reserveSocPct, read),
    ),
    ...later.map((stop) => words.more(stop.name, band(stop))),
  ].join(' ');
}

function Legend() {
  const words = texts.value.curve;
  return (
    <ul class="legend" aria-hidden="true">
      <li>
        <i class="key driven" />
        {words.driven}
      </li>
      <li>
        <i class="key expected" />
        {words.expected}
      </li>
      <li>
        <i class="key range" />
        {words.range}
      </li>
      {otherwise.value !== undefined && (
        <li>
          <i class="key otherwise" />
          {texts.value.whatIf.ghost}
        </li>
      )}
      <li>
        <i class="key charger" />
        {words.charger}
      </li>
    </ul>
  );
}

function Stops({ stops }: { readonly stops: ForecastView['stops'] }) {
  const [words, read] = [texts.value.stops, reading.value];
  return (
    <section class="card stops">
      <h2>{words.title}</h2>
      <ol>
        {stops.map(({ stopId, name, distanceM, arriveAt, arrivalSocPct, belowReserveProbability }) => (
          <li key={stopId}>
            <span class="name">{name}</span>
            <span class="aside">
              {words.at} {moment(arriveAt, nowMs.value, read)} · {distance(distanceM, read)}
            </span>
            <span>{bandText(arrivalSocPct, read)}</span>
            <span class="aside">
              {words.sure} {chanceText(1 - belowReserveProbability, read)}
            </span>
          </li>
        ))}
      </ol>
    </section>
  );
}

/** What the car is asked to do for the driver, and how to have it left. */
function Commands({ vehicleId }: { readonly vehicleId: string }) {
  const words = texts.value.command;
  return openCommandsOf(seen.value, vehicleId, nowMs.value).map(({ commandId, title, body, state }) => (
    <article class="card command" key={commandId}>
      <h3>{title}</h3>
      <p>{body}</p>
      <p class="aside">
        {words.title}: {words.states[state] ?? state}
      </p>
      {['asked', 'accepted', 'started'].includes(state) && (
        <button type="button" onClick={() => cancelCommand(vehicleId, commandId)}>
          {words.cancel}
        </button>
      )}
    </article>
  ));
}

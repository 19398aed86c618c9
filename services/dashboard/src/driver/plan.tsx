import { computed, type Signal, useSignal, useSignalEffect } from '@preact/signals';
import type { TripView } from '../server/answers.ts';
import { ask, sendFile } from '../server/ask.ts';
import { messageOf, nowMs, reading, vehicle } from '../store.ts';
import { texts } from '../texts/texts.ts';
import { moment, percent } from '../words/format.ts';
import { localInstantMs } from '../words/local-instant.ts';
import { type Place, PlaceField } from './place-field.tsx';

/** Plans a trip from two places or a file, and shows those that are planned. */
export function Plan() {
  const trips = useSignal<readonly TripView[] | undefined>(undefined);
  const problem = useSignal<string | undefined>(undefined);
  const done = useSignal(false);
  const vehicleId = vehicle.value?.vehicleId ?? '';
  const load = async (): Promise<void> => {
    try {
      const listed = await ask<{ trips: readonly TripView[] }>('GET', `/v1/vehicles/${vehicleId}/trips`);
      trips.value = listed.trips.filter(({ withdrawn }) => !withdrawn);
    } catch (error) {
      problem.value = messageOf(error);
    }
  };
  /** Does it, shows what is planned then, or why it could not be done. */
  const attempt = async (run: () => Promise<unknown>): Promise<boolean> => {
    problem.value = undefined;
    done.value = false;
    try {
      await run();
      await load();
      return true;
    } catch (error) {
      problem.value = messageOf(error);
      return false;
    }
  };
  useSignalEffect(() => void load());
  const words = texts.value.plan;
  const plan = async (run: () => Promise<unknown>): Promise<void> => {
    done.value = await attempt(run);
  };
  return (
    <>
      <section class="card">
        <h2>{words.title}</h2>
        <p>{words.about}</p>
        {problem.value !== undefined && (
          <p class="problem" role="alert">
            {problem.value}
          </p>
        )}
        {done.value && (
          <p class="done" role="status">
            {words.planned}
          </p>
        )}
        <PlacesForm vehicleId={vehicleId} plan={plan} />
        <FileForm vehicleId={vehicleId} plan={plan} />
      </section>
      <Trips trips={trips} attempt={attempt} />
    </>
  );
}

interface FormProps {
  readonly vehicleId: string;
  readonly plan: (run: () => Promise<unknown>) => Promise<void>;
}

/** By the clock the person reads, wherever the device is; empty: now. */
const departIso = (local: string): string =>
  new Date(localInstantMs(local, reading.value.timeZone) ?? nowMs.value).toISOString();

function PlacesForm({ vehicleId, plan }: FormProps) {
  const from = useSignal<Place | undefined>(undefined);
  const to = useSignal<Place | undefined>(undefined);
  const depart = useSignal('');
  const reserve = useSignal(String(vehicle.value?.reserveSocPct ?? 5));
  const words = texts.value.plan;
  const submit = (event: Event): void => {
    event.preventDefault();
    const [origin, target] = [from.value, to.value];
    if (origin === undefined || target === undefined) return;
    void plan(() =>
      ask('POST', `/v1/vehicles/${vehicleId}/trips`, {
        departAt: departIso(depart.value),
        reserveSocPct: Number(reserve.value),
        origin,
        stops: [{ ...target, kind: 'destination' }],
      }),
    );
  };
  return (
    <form onSubmit={submit}>
      <PlaceField label={words.from} chosen={from} />
      <PlaceField label={words.to} chosen={to} />
      <DepartField depart={depart} />
      <label>
        {words.reserve}
        <input
          type="number"
          min="0"
          max="100"
          required
          value={reserve.value}
          onInput={({ currentTarget }) => (reserve.value = currentTarget.value)}
        />
      </label>
      <button type="submit" class="main" disabled={from.value === undefined || to.value === undefined}>
        {words.submit}
      </button>
    </form>
  );
}

/** The person's time zone, where the device has another. */
const zoneElsewhere = computed(() => {
  const { timeZone } = reading.value;
  return timeZone === Intl.DateTimeFormat().resolvedOptions().timeZone ? undefined : timeZone;
});

function DepartField({ depart }: { readonly depart: Signal<string> }) {
  return (
    <label>
      {texts.value.plan.depart(zoneElsewhere.value)}
      <input
        type="datetime-local"
        value={depart.value}
        onInput={({ currentTarget }) => (depart.value = currentTarget.value)}
      />
    </label>
  );
}

function FileForm({ vehicleId, plan }: FormProps) {
  const file = useSignal<File | undefined>(undefined);
  const depart = useSignal('');
  const words = texts.value.plan;
  const submit = (event: Event): void => {
    event.preventDefault();
    const chosen = file.value;
    if (chosen === undefined) return;
    const type = chosen.name.toLowerCase().endsWith('.gpx') ? 'application/gpx+xml' : 'application/geo+json';
    const path = `/v1/vehicles/${vehicleId}/trips/road?departAt=${encodeURIComponent(departIso(depart.value))}`;
    void plan(async () => sendFile(path, type, await chosen.text()));
  };
  return (
    <form onSubmit={submit}>
      <label>
        {words.file}
        <input
          type="file"
          accept=".gpx,.geojson,.json"
          onChange={({ currentTarget }) => (file.value = currentTarget.files?.[0])}
        />
      </label>
      <DepartField depart={depart} />
      <button type="submit" disabled={file.value === undefined}>
        {words.fileSubmit}
      </button>
    </form>
  );
}

function Trips({
  trips,
  attempt,
}: {
  readonly trips: Signal<readonly TripView[] | undefined>;
  readonly attempt: (run: () => Promise<unknown>) => Promise<boolean>;
}) {
  const words = texts.value.plan;
  return (
    <section class="card">
      <h2>{words.trips}</h2>
      {trips.value === undefined && <p role="status">{texts.value.loading}</p>}
      {trips.value?.length === 0 && <p class="quiet">{words.none}</p>}
      <ol>
        {trips.value?.map(({ tripId, origin, stops, departAt, reserveSocPct, isGuess }) => (
          <li key={tripId}>
            <span class="name">{[origin.name, ...stops.map(({ name }) => name)].join(' → ')}</span>
            <span class="aside">
              {moment(departAt, nowMs.value, reading.value)} · {percent(reserveSocPct, reading.value)}
              {isGuess && ` · ${words.guess}`}
            </span>
            <button
              type="button"
              class="plain"
              onClick={() => void attempt(() => ask('DELETE', `/v1/trips/${tripId}`))}
            >
              {words.withdraw}
            </button>
          </li>
        ))}
      </ol>
    </section>
  );
}

import { computed, effect, signal } from '@preact/signals';
import type { ComponentType } from 'preact';
import { Plan } from '../driver/plan.tsx';
import { Preferences } from '../driver/preferences.tsx';
import { Trip } from '../driver/trip.tsx';
import { Warnings } from '../driver/warnings.tsx';
import { Needs } from '../operator/needs.tsx';
import { Undelivered } from '../operator/undelivered.tsx';
import { Quality } from '../product/quality.tsx';
import type { SessionView } from '../server/answers.ts';
import {
  chosenVehicleId,
  link,
  nowMs,
  reading,
  refresh,
  seen,
  session,
  trouble,
  vehicle,
  vehicles,
} from '../store.ts';
import { texts } from '../texts/texts.ts';
import { ago } from '../words/format.ts';
import { Digests } from './digests.tsx';
import { SignIn } from './sign-in.tsx';

const PARTS = {
  ...{ trip: Trip, warnings: Warnings, plan: Plan, preferences: Preferences },
  ...{ needs: Needs, undelivered: Undelivered, quality: Quality },
} as const satisfies Readonly<Record<string, ComponentType>>;
type Part = keyof typeof PARTS;

/** What each role sees, in the order it is listed; the first is what opens. */
const PARTS_OF: Readonly<Record<SessionView['role'], readonly [Part, ...Part[]]>> = {
  driver: ['trip', 'warnings', 'plan', 'preferences'],
  crew: ['needs', 'preferences'],
  operator: ['needs', 'undelivered', 'quality', 'preferences'],
  product: ['quality', 'preferences'],
  admin: ['preferences'],
};
/** Without a car there is nothing in these to see. */
const OF_A_CAR: readonly Part[] = ['trip', 'warnings', 'plan'];

const hash = signal(location.hash);
addEventListener('hashchange', () => {
  hash.value = location.hash;
  scrollTo(0, 0);
});
const parts = computed(() => PARTS_OF[session.value?.role ?? 'driver']);
const part = computed(() => parts.value.find((name) => `#${name}` === hash.value) ?? parts.value[0]);

effect(() => {
  document.documentElement.lang = reading.value.language;
});

export function App() {
  if (session.value === undefined)
    return (
      <p class="loading" role="status">
        {texts.value.loading}
      </p>
    );
  if (session.value === null) return <SignIn />;
  return (
    <>
      <Header />
      <main>
        <Trouble />
        <Digests />
        <Body />
      </main>
      <Nav />
    </>
  );
}

function Body() {
  const Chosen = PARTS[part.value];
  if (!OF_A_CAR.includes(part.value)) return <Chosen />;
  if (vehicles.value === undefined)
    return (
      <p class="loading" role="status">
        {texts.value.loading}
      </p>
    );
  return vehicle.value === undefined ? <p class="quiet">{texts.value.noCars}</p> : <Chosen />;
}

function Header() {
  const all = vehicles.value ?? [];
  return (
    <header>
      <h1>
        <img src="/icon.svg" alt="" width="28" height="28" /> {texts.value.appName}
      </h1>
      {all.length > 1 ? (
        <label class="car">
          <span class="hidden">{texts.value.carLabel}</span>
          <select
            value={vehicle.value?.vehicleId}
            onChange={({ currentTarget }) => (chosenVehicleId.value = currentTarget.value)}
          >
            {all.map(({ vehicleId, label }) => (
              <option key={vehicleId} value={vehicleId}>
                {label}
              </option>
            ))}
          </select>
        </label>
      ) : (
        <span class="car">{vehicle.value?.label}</span>
      )}
      {vehicle.value?.isSynthetic === true && <span class="tag">{texts.value.synthetic}</span>}
      <span class={`link ${link.value}`} role="status">
        {texts.value.link[link.value]}
      </span>
    </header>
  );
}

/** What stands in the way: no connection, or an answer that was none. */
function Trouble() {
  if (link.value === 'lost' && seen.value.heardAtMs > 0)
    return (
      <p class="problem offline" role="status">
        {texts.value.offlineSince(ago(seen.value.heardAtMs, nowMs.value, reading.value))}
      </p>
    );
  if (trouble.value === undefined) return null;
  return (
    <p class="problem" role="alert">
      {trouble.value}{' '}
      <button type="button" class="plain" onClick={() => void refresh()}>
        {texts.value.retry}
      </button>
    </p>
  );
}

function Nav() {
  return (
    <nav aria-label={texts.value.navLabel}>
      {parts.value.map((name) => (
        <a key={name} href={`#${name}`} {...(part.value === name && { 'aria-current': 'page' })}>
          {texts.value.nav[name]}
        </a>
      ))}
    </nav>
  );
}

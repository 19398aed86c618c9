import { effect, signal } from '@preact/signals';
import type { ComponentType } from 'preact';
import { Plan } from '../driver/plan.tsx';
import { Preferences } from '../driver/preferences.tsx';
import { Trip } from '../driver/trip.tsx';
import { Warnings } from '../driver/warnings.tsx';
import { Needs } from '../operator/needs.tsx';
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
import { SignIn } from './sign-in.tsx';
import { SignOut } from './sign-out.tsx';

/** The parts of the driver's page, in the order they are listed. */
const PARTS = {
  trip: Trip,
  warnings: Warnings,
  plan: Plan,
  preferences: Preferences,
} as const satisfies Readonly<Record<string, ComponentType>>;
type Part = keyof typeof PARTS;

const partInAddress = (): Part => {
  const name = location.hash.slice(1);
  return Object.hasOwn(PARTS, name) ? (name as Part) : 'trip';
};
const part = signal<Part>(partInAddress());
addEventListener('hashchange', () => {
  part.value = partInAddress();
  scrollTo(0, 0);
});

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
        <Body />
      </main>
      <Nav />
    </>
  );
}

function Body() {
  const role = session.value?.role;
  if (role === 'operator' || role === 'crew') return <Needs />;
  if (role !== 'driver')
    return (
      <>
        <p class="quiet">{texts.value.otherRole}</p>
        <SignOut />
      </>
    );
  if (vehicles.value === undefined)
    return (
      <p class="loading" role="status">
        {texts.value.loading}
      </p>
    );
  const Chosen = PARTS[part.value];
  if (vehicle.value === undefined && part.value !== 'preferences')
    return <p class="quiet">{texts.value.noCars}</p>;
  return <Chosen />;
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
  if (session.value?.role !== 'driver') return null;
  return (
    <nav aria-label={texts.value.navLabel}>
      {(Object.keys(PARTS) as Part[]).map((name) => (
        <a key={name} href={`#${name}`} {...(part.value === name && { 'aria-current': 'page' })}>
          {texts.value.nav[name]}
        </a>
      ))}
    </nav>
  );
}

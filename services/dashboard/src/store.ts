import { computed, effect, signal } from '@preact/signals';
import { deviceNowMs, everyWhileSeen, forgetAll, keep, kept } from './browser.ts';
import { forgetFleet, seeFleet } from './operator/fleet.ts';
import { answered, type Said, type Saying, say, sayElsewhere } from './said.ts';
import { NOTHING_SEEN, type Seen, see, seeAlerts, seeForecast } from './seen.ts';
import type {
  AlertView,
  ForecastView,
  NotificationView,
  PersonView,
  RoadView,
  SessionView,
  VehicleSummary,
} from './server/answers.ts';
import { answersElsewhere } from './server/answers-elsewhere.ts';
import { ask, Refused } from './server/ask.ts';
import { type LinkState, type Live, openLive } from './server/live.ts';
import type { Reading } from './words/format.ts';

// What the page shows, as signals; nothing else holds state but forms while they are filled in.

/** Who is signed in: undefined while nobody knows, null: nobody. */
export const session = signal<SessionView | null | undefined>(undefined);
export const me = signal<PersonView | undefined>(kept('me'));
export const vehicles = signal<readonly VehicleSummary[] | undefined>(kept('vehicles'));
export const chosenVehicleId = signal<string | undefined>(kept('chosen'));
export const seen = signal<Seen>(kept('seen') ?? NOTHING_SEEN);
export const said = signal<readonly Said[]>(kept('said') ?? []);
export const link = signal<LinkState>('connecting');
/** Why the page could not be filled, in the api's words. */
export const trouble = signal<string | undefined>(undefined);

/** The device's clock when the server's was last heard. */
const heardOnDeviceMs = signal(deviceNowMs());
const deviceMs = signal(deviceNowMs());

/** The server's time, as far as it can be told from here. */
export const nowMs = computed(() => {
  const { heardAtMs } = seen.value;
  if (heardAtMs === 0) return deviceMs.value;
  return heardAtMs + Math.max(0, deviceMs.value - heardOnDeviceMs.value);
});

export const vehicle = computed(() => {
  const all = vehicles.value ?? [];
  return all.find(({ vehicleId }) => vehicleId === chosenVehicleId.value) ?? all[0];
});

const languageOfDevice = (): 'en' | 'de' => (navigator.language.startsWith('de') ? 'de' : 'en');

export const reading = computed<Reading>(() => {
  const person = me.value;
  if (person === undefined)
    return {
      language: languageOfDevice(),
      units: 'metric',
      timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    };
  return {
    language: person.language.startsWith('de') ? 'de' : 'en',
    units: person.units,
    timeZone: person.timeZone,
  };
});

const KEEP_EVERY_MS = 2_000;
let live: Live | undefined;

/** Begins once: asks who is signed in, fills the page, opens the feed. */
export async function begin(): Promise<void> {
  effect(() => keep('me', me.value));
  effect(() => keep('vehicles', vehicles.value));
  effect(() => keep('chosen', chosenVehicleId.value));
  effect(() => keep('said', said.value));
  everyWhileSeen(1_000, () => {
    deviceMs.value = deviceNowMs();
  });
  everyWhileSeen(KEEP_EVERY_MS, keepSeen);
  addEventListener('pagehide', keepSeen);
  addEventListener('online', () => void sendSaid());
  document.addEventListener('visibilitychange', receiptUnseen);
  const code = codeInAddress();
  if (code !== undefined) {
    history.replaceState(null, '', '/');
    await signIn({ code });
  } else await resume();
}

let keptSeen: Seen | undefined;
function keepSeen(): void {
  if (keptSeen === seen.value || session.value === null) return;
  keptSeen = seen.value;
  keep('seen', keptSeen);
}

const codeInAddress = (): string | undefined => /^#sign-in=([\w.-]{1,200})$/.exec(location.hash)?.[1];

/** Whoever was signed in still is; without a server what was kept is shown. */
export async function resume(): Promise<void> {
  try {
    session.value = await ask<SessionView>('GET', '/v1/session');
  } catch (error) {
    if (error instanceof Refused && (error.status === 401 || error.status === 403)) return leave();
    link.value = 'lost';
    // Shown as it was; the feed tries on, and says when there is a server again.
    const person = me.value;
    if (person === undefined) {
      trouble.value = messageOf(error);
      return;
    }
    session.value = { personId: person.personId, role: 'driver', at: new Date(deviceNowMs()).toISOString() };
  }
  await fill();
}

type Shown = { readonly code: string } | { readonly token: string } | { readonly passkey: unknown };

/** With a link, a token or a passkey; why it did not work stands in `trouble`. */
export async function signIn(shown: Shown): Promise<void> {
  try {
    session.value = await ask<SessionView>('POST', '/v1/session', shown);
  } catch (error) {
    session.value = null;
    trouble.value = messageOf(error);
    return;
  }
  trouble.value = undefined;
  seen.value = NOTHING_SEEN;
  await fill();
}

export async function signOut(): Promise<void> {
  await ask('DELETE', '/v1/session').catch(() => undefined);
  leave();
}

function leave(): void {
  live?.close();
  live = undefined;
  session.value = null;
  me.value = undefined;
  vehicles.value = undefined;
  chosenVehicleId.value = undefined;
  seen.value = NOTHING_SEEN;
  said.value = [];
  forgetFleet();
  forgetAll();
}

async function fill(): Promise<void> {
  openFeed();
  await refresh();
}

/** Asks anew for everything the feed does not tell again. */
export async function refresh(): Promise<void> {
  try {
    me.value = await ask<PersonView>('GET', '/v1/people/me');
    if (session.value?.role !== 'driver') return;
    const listed = await ask<{ vehicles: readonly VehicleSummary[] }>('GET', '/v1/vehicles');
    vehicles.value = listed.vehicles;
    await Promise.all(listed.vehicles.map(({ vehicleId }) => refreshVehicle(vehicleId)));
    refreshRoads();
    trouble.value = undefined;
  } catch (error) {
    if (error instanceof Refused && error.status === 401) return leave();
    trouble.value = messageOf(error);
  }
}

async function refreshVehicle(vehicleId: string): Promise<void> {
  const base = `/v1/vehicles/${vehicleId}`;
  const [forecast, listed] = await Promise.all([
    ask<ForecastView>('GET', `${base}/forecast`).catch(nothingYet),
    ask<{ alerts: readonly AlertView[] }>('GET', `${base}/alerts?limit=30`).catch(nothingYet),
  ]);
  if (forecast !== undefined) seen.value = seeForecast(seen.value, forecast);
  if (listed === undefined) return;
  seen.value = seeAlerts(seen.value, listed.alerts);
  for (const one of await answersElsewhere(listed.alerts)) said.value = sayElsewhere(said.value, one);
}

/** No forecast yet, or the owner switched showing off: nothing to show, and no fault. */
function nothingYet(error: unknown): undefined {
  if (error instanceof Refused && (error.status === 404 || error.status === 403)) return undefined;
  throw error;
}

/** Told while nobody looked: they count as seen when somebody does. */
let unseen: NotificationView[] = [];
/** The road is asked for when a forecast names another snapshot of the world than the one that is there. */
const askedFor = new Map<string, string>();
function refreshRoads(): void {
  for (const { vehicleId, snapshotId } of Object.values(seen.value.forecasts)) {
    if (snapshotId === undefined || seen.value.roads[vehicleId]?.snapshotId === snapshotId) continue;
    if (askedFor.get(vehicleId) === snapshotId) continue;
    askedFor.set(vehicleId, snapshotId);
    void ask<RoadView>('GET', `/v1/vehicles/${vehicleId}/road`).then(
      (road) => {
        seen.value = { ...seen.value, roads: { ...seen.value.roads, [vehicleId]: road } };
      },
      // The page shows no chargers then, and asks with the next snapshot.
      () => undefined,
    );
  }
}

const receipted = new Set<string>();

function openFeed(): void {
  live?.close();
  let wasLost = false;
  live = openLive({
    cursor: () => seen.value.cursor,
    isWatching: () => ['crew', 'operator'].includes(session.value?.role ?? ''),
    onState(state) {
      link.value = state;
      if (state === 'signed-out') return leave();
      if (state === 'lost') wasLost = true;
      if (state !== 'live') return;
      void sendSaid();
      if (wasLost) void refresh();
      wasLost = false;
    },
    onTold(told) {
      if (told.type === 'need' || told.type === 'places') {
        seeFleet(told);
        // Several a second: each would draw every age on the page again.
        if (Date.parse(told.at) - seen.value.heardAtMs < 1_000) return;
      }
      heardOnDeviceMs.value = deviceNowMs();
      deviceMs.value = heardOnDeviceMs.value;
      seen.value = see(seen.value, told);
      if (told.type === 'forecast') refreshRoads();
      if (told.type === 'hello' && isNewVehicle(told.vehicleIds)) void refresh();
      if (told.type === 'notification') receipt(told.notification);
    },
  });
}

const isNewVehicle = (vehicleIds: readonly string[]): boolean =>
  vehicles.value !== undefined &&
  vehicleIds.some((id) => !vehicles.value?.some(({ vehicleId }) => vehicleId === id));

/** Somebody sees it: said once, and only while the page is in front. */
function receipt(message: NotificationView): void {
  const { notificationId, channel, state } = message;
  if (channel !== 'feed' || state !== 'sent' || receipted.has(notificationId)) return;
  if (document.visibilityState !== 'visible') {
    unseen = [...unseen, message].slice(-UNSEEN_MAX);
    return;
  }
  receipted.add(notificationId);
  live?.say({ shown: notificationId });
}

const UNSEEN_MAX = 100;

function receiptUnseen(): void {
  const waiting = unseen;
  unseen = [];
  waiting.forEach(receipt);
}

/** Says something about a warning: now, or as soon as the server can be reached. */
export async function tell(saying: Saying): Promise<void> {
  said.value = say(said.value, saying, nowMs.value);
  await sendSaid();
}

let sending: Promise<void> | undefined;
/** One round at a time: a second one would say the same again. */
function sendSaid(): Promise<void> {
  sending ??= sendWaiting().finally(() => {
    sending = undefined;
  });
  return sending;
}

async function sendWaiting(): Promise<void> {
  for (const one of said.value.filter(({ state }) => state === 'waiting')) {
    const { alertId, kind, because, note } = one;
    const body = { kind, ...(because !== undefined && { because }), ...(note !== undefined && { note }) };
    const refusal = await ask('POST', `/v1/alerts/${encodeURIComponent(alertId)}/feedback`, body).then(
      () => undefined,
      (error: unknown) =>
        error instanceof Refused
          ? { status: error.status, message: error.message }
          : { status: 0, message: messageOf(error) },
    );
    said.value = answered(said.value, one, refusal);
    if (refusal?.status === 0) return;
  }
}

export const cancelCommand = (vehicleId: string, commandId: string): void =>
  live?.say({ cancel: { vehicleId, commandId } });

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

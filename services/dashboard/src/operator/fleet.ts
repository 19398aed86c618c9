import { batch, signal } from '@preact/signals';
import { onNextFrame } from '../browser.ts';
import type { AlertView } from '../server/answers.ts';
import type { PlaceView, ToldStaff } from '../server/answers-staff.ts';
import { ask } from '../server/ask.ts';
import { type NeedsBook, withSteps } from './needs-book.ts';

// Who needs help now and where they are, as far as the page was told. Never kept in the browser.

/** Undefined: nobody has answered yet. */
export const needs = signal<NeedsBook | undefined>(undefined);
/** Another object after each change. */
export const places = signal<ReadonlyMap<string, PlaceView>>(new Map());
/** The car that is looked at, on the map and in the list. */
export const chosenCar = signal<string | undefined>(undefined);

/** Cars in which whoever looks has a part: those that were handed over to them. */
export const mine = signal<ReadonlySet<string>>(new Set());

let steps: readonly AlertView[] = [];
let moved = new Map<string, PlaceView>();
let isWaiting = false;
/** Asked for now: what is told meanwhile may be newer than the answer. */
let whileAsking: AlertView[] | undefined;

/** What the live feed told; shown with the next frame, however much comes before it. */
export function seeFleet(told: ToldStaff): void {
  if (told.type === 'need') {
    steps = [...steps, told.alert];
    whileAsking?.push(told.alert);
  } else for (const place of told.places) moved.set(place.vehicleId, place);
  if (isWaiting) return;
  isWaiting = true;
  onNextFrame(show);
}

function show(): void {
  isWaiting = false;
  batch(() => {
    if (steps.length > 0 && needs.value !== undefined) needs.value = withSteps(needs.value, steps);
    if (moved.size > 0) places.value = new Map([...places.value, ...moved]);
  });
  steps = [];
  moved = new Map();
}

/** Asks who needs help: the feed tells what changes from then on. */
export async function loadNeeds(): Promise<void> {
  const meanwhile: AlertView[] = [];
  whileAsking = meanwhile;
  const [{ alerts }, { assignments }] = await Promise.all([
    ask<{ alerts: readonly AlertView[] }>('GET', '/v1/alerts'),
    ask<{ assignments: readonly { readonly vehicleId: string }[] }>('GET', '/v1/people/me/assignments'),
  ]);
  const listed = withSteps(new Map(alerts.map((alert) => [alert.alertId, alert])), meanwhile);
  const cars = new Set([...listed.values()].map(({ vehicleId }) => vehicleId));
  batch(() => {
    needs.value = listed;
    mine.value = new Set(assignments.map(({ vehicleId }) => vehicleId));
    // Where a car is that needs no help any more is nobody's business.
    places.value = new Map([...places.value].filter(([vehicleId]) => cars.has(vehicleId)));
  });
}

export function forgetFleet(): void {
  steps = [];
  moved = new Map();
  whileAsking = undefined;
  batch(() => {
    needs.value = undefined;
    places.value = new Map();
    mine.value = new Set();
    chosenCar.value = undefined;
  });
}

import { computed, signal, useSignal, useSignalEffect } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import type { AlertView } from '../server/answers.ts';
import type { MapView } from '../server/answers-staff.ts';
import { ask } from '../server/ask.ts';
import { messageOf } from '../store.ts';
import { texts } from '../texts/texts.ts';
import { chosenCar, needs, places } from './fleet.ts';
import type { FleetMap } from './fleet-map.ts';
import { carsOnMap } from './needs-book.ts';

const DARK = matchMedia('(prefers-color-scheme: dark)');
const isDark = signal(DARK.matches);
DARK.addEventListener('change', ({ matches }) => {
  isDark.value = matches;
});

const onMap = computed(() => carsOnMap(needs.value ?? new Map(), places.value));
const placed = computed(() => onMap.value.size);
const total = computed(
  () =>
    new Set((needs.value ?? new Map<string, AlertView>()).values().map(({ vehicleId }) => vehicleId)).size,
);

/** Where the cars are that need help. The list beside it says the same, and more, to whoever cannot see it. */
export function NeedsMap() {
  const attempt = useSignal(0);
  const problem = useSignal<string | undefined>(undefined);
  const map = useSignal<FleetMap | undefined>(undefined);
  const words = texts.value.map;
  return (
    <section class="card fleet" aria-label={words.title}>
      <Canvas key={`${isDark.value} ${attempt.value}`} map={map} problem={problem} />
      {problem.value !== undefined && (
        <p class="problem" role="alert">
          {words.failed(problem.value)}{' '}
          <button type="button" class="plain" onClick={() => attempt.value++}>
            {texts.value.retry}
          </button>
        </p>
      )}
      <p class="legend">
        {(['critical', 'warning', 'info'] as const).map((need) => (
          <span key={need}>
            <span class={`shape ${need}`} aria-hidden="true" />
            {texts.value.severity[need]}
          </span>
        ))}
        <span>{words.placed(placed.value, total.value)}</span>
        <button type="button" class="plain" onClick={() => map.value?.showAll()}>
          {words.all}
        </button>
      </p>
    </section>
  );
}

interface CanvasProps {
  readonly map: { value: FleetMap | undefined };
  readonly problem: { value: string | undefined };
}

function Canvas({ map, problem }: CanvasProps) {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    let isGone = false;
    problem.value = undefined;
    openMap(place.current, () => isGone).then(
      (opened) => {
        map.value = opened;
      },
      (error: unknown) => {
        if (!isGone) problem.value = messageOf(error);
      },
    );
    return () => {
      isGone = true;
      map.value?.close();
      map.value = undefined;
    };
  }, []);
  useSignalEffect(() => {
    map.value?.show(onMap.value);
  });
  useSignalEffect(() => map.value?.choose(chosenCar.value));
  return <div class="map" ref={place} />;
}

/** The map and what it is drawn with come only now; undefined when nobody waits for it any more. */
async function openMap(place: HTMLElement | null, isGone: () => boolean): Promise<FleetMap | undefined> {
  const [{ openFleetMap }, drawnFrom] = await Promise.all([
    import('./fleet-map.ts'),
    // Without an answer the map that the page brings still shows where the cars are.
    ask<MapView>('GET', '/v1/map').catch((): MapView => ({ tiles: null, credit: null })),
  ]);
  if (place === null || isGone()) return undefined;
  const words = texts.peek().map;
  try {
    return openFleetMap({
      ...{ place, drawnFrom, words: { label: words.title, zoomIn: words.zoomIn, zoomOut: words.zoomOut } },
      onChoose: (vehicleId) => {
        chosenCar.value = vehicleId;
      },
    });
  } catch {
    throw new Error(words.noWebGl);
  }
}

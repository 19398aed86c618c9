import { computed, useSignal, useSignalEffect } from '@preact/signals';
import { everyWhileSeen } from '../browser.ts';
import { byNeed } from '../seen.ts';
import type { AlertView } from '../server/answers.ts';
import { link, messageOf } from '../store.ts';
import { texts } from '../texts/texts.ts';
import { chosenCar, loadNeeds, mine, needs } from './fleet.ts';
import { NeedsMap } from './map.tsx';
import { Need } from './need.tsx';

/** The feed tells what changes; what it can not, a consent that was taken back, is asked for as often. */
const ASK_EVERY_MS = 60_000;
/** Cards at once: more are neither read nor drawn in time. */
const PAGE = 30;

/** What was handed over to whoever looks comes first. */
const listed = computed(() => {
  const all = byNeed([...(needs.value?.values() ?? [])]);
  const isMine = ({ vehicleId }: AlertView): boolean => mine.value.has(vehicleId);
  return [...all.filter(isMine), ...all.filter((alert) => !isMine(alert))];
});

/** Every warning that holds now, of drivers who want to be warned, the gravest first, and where those cars are. */
export function Needs() {
  const problem = useSignal<string | undefined>(undefined);
  useSignalEffect(() => {
    // Again each time the feed is there again: what it told meanwhile is lost.
    if (link.value === 'connecting') return;
    const load = (): void =>
      void loadNeeds().then(
        () => {
          problem.value = undefined;
        },
        (error: unknown) => {
          problem.value = messageOf(error);
        },
      );
    load();
    return everyWhileSeen(ASK_EVERY_MS, load);
  });
  const words = texts.value.needs;
  return (
    <section class="needs">
      <h2>{words.title}</h2>
      {problem.value !== undefined && (
        <p class="problem" role="alert">
          {problem.value}
        </p>
      )}
      {needs.value === undefined && problem.value === undefined && <p role="status">{texts.value.loading}</p>}
      {needs.value?.size === 0 && <p class="quiet">{words.empty}</p>}
      <NeedsMap />
      <List />
    </section>
  );
}

function List() {
  const shown = useSignal(PAGE);
  const chosen = listed.value.filter(({ vehicleId }) => vehicleId === chosenCar.value);
  const others = listed.value.filter(({ vehicleId }) => vehicleId !== chosenCar.value);
  const left = others.length - shown.value;
  return (
    <div class="list">
      <ol>
        {[...chosen, ...others.slice(0, shown.value)].map((alert) => (
          <Need key={alert.alertId} alert={alert} />
        ))}
      </ol>
      {left > 0 && (
        <button
          type="button"
          onClick={() => {
            shown.value += PAGE;
          }}
        >
          {texts.value.map.more(left)}
        </button>
      )}
    </div>
  );
}

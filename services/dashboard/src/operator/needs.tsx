import { signal, useSignal, useSignalEffect } from '@preact/signals';
import { everyWhileSeen } from '../browser.ts';
import { byNeed } from '../seen.ts';
import type { AlertView } from '../server/answers.ts';
import { ask } from '../server/ask.ts';
import { messageOf, nowMs, reading } from '../store.ts';
import { texts } from '../texts/texts.ts';
import { ago } from '../words/format.ts';
import { Need } from './need.tsx';

/** As often as the list is asked for while somebody looks. */
const ASK_EVERY_MS = 5_000;

const alerts = signal<readonly AlertView[] | undefined>(undefined);
const askedAtMs = signal(0);

/** Every warning that holds now, of drivers who want to be warned, the gravest first. */
export function Needs() {
  const problem = useSignal<string | undefined>(undefined);
  useSignalEffect(() => {
    const load = async (): Promise<void> => {
      try {
        alerts.value = (await ask<{ alerts: readonly AlertView[] }>('GET', '/v1/alerts')).alerts;
        askedAtMs.value = nowMs.peek();
        problem.value = undefined;
      } catch (error) {
        problem.value = messageOf(error);
      }
    };
    void load();
    return everyWhileSeen(ASK_EVERY_MS, () => void load());
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
      {alerts.value === undefined && problem.value === undefined && (
        <p role="status">{texts.value.loading}</p>
      )}
      {alerts.value?.length === 0 && <p class="quiet">{words.empty}</p>}
      <ol>
        {byNeed(alerts.value ?? []).map((alert) => (
          <Need key={alert.alertId} alert={alert} />
        ))}
      </ol>
      {alerts.value !== undefined && (
        <p class="aside">{words.newest(ago(askedAtMs.value, nowMs.value, reading.value))}</p>
      )}
    </section>
  );
}

import { warningsOf } from '../seen.ts';
import type { AlertView } from '../server/answers.ts';
import { Evidence } from '../shell/evidence.tsx';
import { nowMs, reading, seen, vehicle } from '../store.ts';
import { ruleText, texts } from '../texts/texts.ts';
import { moment } from '../words/format.ts';

/** Every warning that is kept, newest first, each with what it rested on and how old that was. */
export function Warnings() {
  const words = texts.value.warnings;
  const alerts = warningsOf(seen.value, vehicle.value?.vehicleId ?? '');
  return (
    <section class="warnings">
      <h2>{words.title}</h2>
      {alerts.length === 0 && <p class="quiet">{words.empty}</p>}
      <ol>
        {alerts.map((alert) => (
          <li key={alert.alertId} class={`card ${alert.severity} ${stateOf(alert)}`}>
            <Warning alert={alert} />
          </li>
        ))}
      </ol>
    </section>
  );
}

const stateOf = ({ state, expiresAt }: AlertView): 'ended' | 'expired' | 'firing' =>
  state === 'resolved' ? 'ended' : Date.parse(expiresAt) <= nowMs.value ? 'expired' : 'firing';

function Warning({ alert }: { readonly alert: AlertView }) {
  const words = texts.value.warnings;
  const message = seen.value.messages[alert.alertId];
  const end = seen.value.ends[alert.alertId];
  return (
    <>
      <h3>{message?.title ?? end?.title ?? ruleText(alert.ruleId)}</h3>
      <p class="aside">
        {moment(alert.startedAt, nowMs.value, reading.value)} · {texts.value.advice[stateOf(alert)]}
      </p>
      {message?.body !== undefined && <p>{message.body}</p>}
      {end?.body !== undefined && <p>{end.body}</p>}
      <details>
        <summary>{words.whyTitle}</summary>
        <Evidence alert={alert} />
      </details>
    </>
  );
}

import { warningsOf } from '../seen.ts';
import type { AlertView } from '../server/answers.ts';
import { nowMs, reading, seen, vehicle } from '../store.ts';
import { texts } from '../texts/texts.ts';
import { age, moment } from '../words/format.ts';

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
  const { inputs, modelVersion } = alert.evidence;
  return (
    <>
      <h3>{message?.title ?? end?.title ?? alert.ruleId}</h3>
      <p class="aside">
        {moment(alert.startedAt, nowMs.value, reading.value)} · {texts.value.advice[stateOf(alert)]}
      </p>
      {message?.body !== undefined && <p>{message.body}</p>}
      {end?.body !== undefined && <p>{end.body}</p>}
      <details>
        <summary>{words.whyTitle}</summary>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keyboard */}
        <section class="scroll" tabIndex={0} aria-label={words.whyTitle}>
          <table>
            <thead>
              <tr>
                <th scope="col">{words.input}</th>
                <th scope="col">{words.value}</th>
                <th scope="col">{words.age}</th>
              </tr>
            </thead>
            <tbody>
              {inputs.map(({ name, value, unit, ageS }) => (
                <tr key={name}>
                  <th scope="row">{name}</th>
                  <td>{valueText(value, unit)}</td>
                  <td>{ageS === null ? words.timeless : age(ageS, reading.value)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </section>
        <p class="aside">{words.model(modelVersion)}</p>
      </details>
    </>
  );
}

function valueText(value: number | string | boolean | null, unit: string | undefined): string {
  const words = texts.value.warnings;
  if (value === null) return words.unknown;
  if (typeof value === 'boolean') return value ? words.yes : words.no;
  if (typeof value === 'string') return value;
  const text = new Intl.NumberFormat(reading.value.language, { maximumFractionDigits: 2 }).format(value);
  return unit === undefined ? text : `${text} ${unit}`;
}

import { useSignal } from '@preact/signals';
import { saidOf } from '../said.ts';
import type { AlertView, ToldView } from '../server/answers.ts';
import { ask } from '../server/ask.ts';
import { Evidence } from '../shell/evidence.tsx';
import { messageOf, nowMs, reading, said, session, tell } from '../store.ts';
import { ruleText, texts } from '../texts/texts.ts';
import { bandText, chanceText, moment, percent } from '../words/format.ts';
import { remedyText } from '../words/remedy.ts';
import { chosenCar, mine, places } from './fleet.ts';
import { HandOver } from './hand-over.tsx';

/** One car that needs help: what, by when, what helps; on a tap why, and who was told. */
export function Need({ alert }: { readonly alert: AlertView }) {
  const words = texts.value.needs;
  const { alertId, vehicleId, severity, ruleId, startedAt, deadlineAt, remedies } = alert;
  const [first] = remedies;
  const isMine = mine.value.has(vehicleId);
  const answer = saidOf(said.value, alertId);
  const isChosen = chosenCar.value === vehicleId;
  return (
    <li class={`card ${severity}`} {...(isChosen && { 'aria-current': 'true' })}>
      <h3>{ruleText(ruleId)}</h3>
      <p class="aside">
        {texts.value.severity[severity]} · {words.car(vehicleId.slice(-6))} ·{' '}
        {isMine && <span class="tag">{texts.value.handOver.mine}</span>}{' '}
        {alert.isSynthetic === true && <span class="tag">{texts.value.synthetic}</span>}{' '}
        {words.since(moment(startedAt, nowMs.value, reading.value))}
      </p>
      <Risk alert={alert} />
      {first !== undefined && <p>{remedyText(first, texts.value, reading.value).what}</p>}
      {deadlineAt !== undefined && (
        <p class="deadline">{texts.value.advice.deadline(moment(deadlineAt, nowMs.value, reading.value))}</p>
      )}
      {answer === undefined ? (
        <button type="button" onClick={() => void tell({ alertId, kind: 'acknowledged' })}>
          {words.acknowledge}
        </button>
      ) : (
        <p class="said" role="status">
          {answer.state === 'refused'
            ? texts.value.advice.refused(answer.why ?? '')
            : answer.state === 'waiting'
              ? texts.value.advice.waiting
              : words.acknowledged}
        </p>
      )}
      <OnMap vehicleId={vehicleId} isChosen={isChosen} />
      <Details alert={alert} />
    </li>
  );
}

/** The same choice as on the map; whoever cannot see that hears where the car is not known. */
function OnMap({ vehicleId, isChosen }: { readonly vehicleId: string; readonly isChosen: boolean }) {
  const words = texts.value.map;
  if (!places.value.has(vehicleId)) return <p class="aside">{words.unknownPlace}</p>;
  return (
    <button
      type="button"
      class="plain"
      aria-pressed={isChosen}
      onClick={() => {
        chosenCar.value = isChosen ? undefined : vehicleId;
      }}
    >
      {isChosen ? words.chosen : words.show}
    </button>
  );
}

function Risk({ alert }: { readonly alert: AlertView }) {
  const { stopName, probability, arrivalSocPct, reserveSocPct } = alert;
  const [words, read] = [texts.value, reading.value];
  if (probability === undefined) return null;
  return (
    <p>
      {words.needs.below(chanceText(probability, read), stopName ?? words.needs.nextStop)}
      {arrivalSocPct !== undefined &&
        ` – ${words.onArrival(bandText(arrivalSocPct, read), percent(reserveSocPct ?? 0, read))}`}
    </p>
  );
}

function Details({ alert }: { readonly alert: AlertView }) {
  const told = useSignal<readonly ToldView[] | undefined>(undefined);
  const problem = useSignal<string | undefined>(undefined);
  const words = texts.value.needs;
  const load = async (isOpen: boolean): Promise<void> => {
    if (!isOpen) return;
    try {
      const path = `/v1/alerts/${encodeURIComponent(alert.alertId)}`;
      told.value = (await ask<{ told: readonly ToldView[] }>('GET', path)).told;
      problem.value = undefined;
    } catch (error) {
      problem.value = messageOf(error);
    }
  };
  return (
    <details onToggle={({ currentTarget }) => void load(currentTarget.open)}>
      <summary>{words.details}</summary>
      <Evidence alert={alert} />
      {problem.value !== undefined && <p class="problem">{problem.value}</p>}
      {told.value !== undefined && <Told told={told.value} />}
      {told.value !== undefined && session.value?.role === 'operator' && (
        <HandOver vehicleId={alert.vehicleId} />
      )}
    </details>
  );
}

function Told({ told }: { readonly told: readonly ToldView[] }) {
  const words = texts.value.needs;
  if (told.length === 0) return <p class="quiet">{words.nobody}</p>;
  return (
    <table>
      <caption>{words.told}</caption>
      <thead>
        <tr>
          <th scope="col">{words.way}</th>
          <th scope="col">{words.state}</th>
          <th scope="col">{words.because}</th>
        </tr>
      </thead>
      <tbody>
        {told.map(({ notificationId, channel, state, reason, changedAt }) => (
          <tr key={notificationId}>
            <th scope="row">{texts.value.preferences.channelNames[channel ?? ''] ?? channel ?? '–'}</th>
            <td>
              {texts.value.states[state] ?? state}, {moment(changedAt, nowMs.value, reading.value)}
            </td>
            <td>{reason ?? '–'}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

import { useSignal } from '@preact/signals';
import { saidOf } from '../said.ts';
import type { AlertView } from '../server/answers.ts';
import { nowMs, reading, said, seen, tell } from '../store.ts';
import { ruleText, texts } from '../texts/texts.ts';
import { moment } from '../words/format.ts';
import { remedyText } from '../words/remedy.ts';

/** One warning that holds: what, by when, the one thing to do, two other ways, and three answers. */
export function AdviceCard({ alert }: { readonly alert: AlertView }) {
  const message = seen.value.messages[alert.alertId];
  return (
    <article class={`card advice ${alert.severity}`} aria-labelledby={`title-${alert.alertId}`}>
      <h3 id={`title-${alert.alertId}`}>{message?.title ?? ruleText(alert.ruleId)}</h3>
      <Deadline alert={alert} />
      <Remedies alert={alert} />
      <Answers alertId={alert.alertId} />
      {message?.body !== undefined && (
        <details>
          <summary>{texts.value.advice.inFull}</summary>
          <p>{message.body}</p>
        </details>
      )}
    </article>
  );
}

function Deadline({ alert: { deadlineAt, deadlinePlace } }: { readonly alert: AlertView }) {
  if (deadlineAt === undefined) return null;
  const words = texts.value.advice;
  if (Date.parse(deadlineAt) < nowMs.value) return <p class="deadline">{words.overdue}</p>;
  const when = moment(deadlineAt, nowMs.value, reading.value);
  const isNamed = deadlinePlace !== undefined && deadlinePlace !== 'here';
  return <p class="deadline">{isNamed ? words.deadlineAt(deadlinePlace, when) : words.deadline(when)}</p>;
}

function Remedies({ alert: { remedies, message } }: { readonly alert: AlertView }) {
  const words = texts.value.advice;
  const [first, ...others] = remedies.map((one) => remedyText(one, texts.value, reading.value));
  // About a part of the car its words say it all.
  if (first === undefined || remedies[0]?.kind === 'check')
    return first === undefined && message !== '' ? <p class="aside">{words.none}</p> : null;
  const line = ({ what, more, outcome }: typeof first) => (
    <>
      {[what, ...more].join(', ')}
      {outcome !== undefined && <span class="outcome"> {outcome}</span>}
    </>
  );
  return (
    <div class="remedies">
      <p class="recommended">
        <span class="label">{words.recommended}</span> {line(first)}
      </p>
      {others.length > 0 && (
        <ul aria-label={words.alternatives}>
          {others.map((one) => (
            <li key={one.what}>
              <span class="label">{words.alternatives}</span> {line(one)}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

/** What may be answered to a warning, or what was. */
export function Answers({ alertId }: { readonly alertId: string }) {
  const isAsking = useSignal(false);
  const isChanging = useSignal(false);
  const words = texts.value.advice;
  const mine = saidOf(said.value, alertId);
  if (mine !== undefined && !isChanging.value)
    return (
      <p class="said" role="status">
        <strong>{words.said[mine.kind]}.</strong> {mine.state === 'taken' && words.taken}
        {mine.state === 'waiting' && words.waiting}
        {mine.state === 'refused' && words.refused(mine.why ?? '')}{' '}
        <button type="button" class="plain" onClick={() => (isChanging.value = true)}>
          {words.change}
        </button>
      </p>
    );
  const answer = (kind: 'on-it' | 'declined' | 'not-useful', because?: string): void => {
    isAsking.value = false;
    isChanging.value = false;
    void tell({ alertId, kind, ...(because !== undefined && { because }) });
  };
  if (isAsking.value)
    return (
      <fieldset class="reasons">
        <legend>{words.notUsefulTitle}</legend>
        {Object.entries(texts.value.because).map(([because, about]) => (
          <button type="button" key={because} onClick={() => answer('not-useful', because)}>
            {about}
          </button>
        ))}
        <button type="button" class="plain" onClick={() => (isAsking.value = false)}>
          {texts.value.cancel}
        </button>
      </fieldset>
    );
  return (
    <div class="answers">
      <button type="button" class="main" onClick={() => answer('on-it')}>
        {words.onIt}
      </button>
      <button type="button" onClick={() => answer('declined')}>
        {words.declined}
      </button>
      <button type="button" onClick={() => (isAsking.value = true)}>
        {words.notUseful}
      </button>
    </div>
  );
}

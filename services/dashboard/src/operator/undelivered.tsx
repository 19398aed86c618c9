import { useSignal, useSignalEffect } from '@preact/signals';
import type { FailedMessageView } from '../server/answers.ts';
import { ask } from '../server/ask.ts';
import { messageOf, nowMs, reading } from '../store.ts';
import { ruleText, texts } from '../texts/texts.ts';
import { moment } from '../words/format.ts';

interface Page {
  readonly messages: readonly FailedMessageView[];
  readonly next?: string;
}

/** Messages that were given up, newest first; each can be tried again unless that helps nobody. */
export function Undelivered() {
  const messages = useSignal<readonly FailedMessageView[] | undefined>(undefined);
  const next = useSignal<string | undefined>(undefined);
  const problem = useSignal<string | undefined>(undefined);
  const load = async (before?: string): Promise<void> => {
    try {
      const page = await ask<Page>(
        'GET',
        `/v1/failed-messages${before === undefined ? '' : `?before=${before}`}`,
      );
      messages.value = [...(before === undefined ? [] : (messages.peek() ?? [])), ...page.messages];
      next.value = page.next;
      problem.value = undefined;
    } catch (error) {
      problem.value = messageOf(error);
    }
  };
  useSignalEffect(() => void load());
  const words = texts.value.undelivered;
  return (
    <section class="card">
      <h2>{words.title}</h2>
      {problem.value !== undefined && (
        <p class="problem" role="alert">
          {problem.value}
        </p>
      )}
      {messages.value === undefined && problem.value === undefined && (
        <p role="status">{texts.value.loading}</p>
      )}
      {messages.value?.length === 0 && <p class="quiet">{words.empty}</p>}
      <ol>
        {messages.value?.map((message) => (
          <Failed key={message.notificationId} message={message} />
        ))}
      </ol>
      {next.value !== undefined && (
        <button type="button" onClick={() => void load(next.value)}>
          {words.older}
        </button>
      )}
    </section>
  );
}

function Failed({ message }: { readonly message: FailedMessageView }) {
  const outcome = useSignal<string | undefined>(undefined);
  const { notificationId, ruleId, channel, attempts, reason, failedAt, vehicleId, refusal } = message;
  const words = texts.value.undelivered;
  const way = texts.value.preferences.channelNames[channel ?? ''] ?? channel ?? '–';
  const replay = async (): Promise<void> => {
    const path = `/v1/failed-messages/${encodeURIComponent(notificationId)}/replay`;
    outcome.value = await ask('POST', path).then(() => words.done, messageOf);
  };
  return (
    <li>
      <span class="name">{words.message(ruleText(ruleId), way)}</span>
      <p class="aside">
        {texts.value.needs.car(vehicleId.slice(-6))} · {moment(failedAt, nowMs.value, reading.value)} ·{' '}
        {words.tries(String(attempts), reason ?? '–')}
      </p>
      {refusal !== undefined && <p class="aside">{words.refusals[refusal] ?? refusal}</p>}
      {refusal === undefined && outcome.value === undefined && (
        <button type="button" onClick={() => void replay()}>
          {words.again}
        </button>
      )}
      <p role="status">{outcome.value}</p>
    </li>
  );
}

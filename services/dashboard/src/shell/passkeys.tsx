import { useSignal, useSignalEffect } from '@preact/signals';
import { startRegistration } from '@simplewebauthn/browser';
import { deviceNowMs } from '../browser.ts';
import { ask, Refused } from '../server/ask.ts';
import { messageOf, reading } from '../store.ts';
import { texts } from '../texts/texts.ts';
import { moment } from '../words/format.ts';

interface PasskeyView {
  readonly passkeyId: string;
  readonly createdAt: string;
  readonly usedAt: string | null;
}

/** Devices that sign this person in. */
export function Passkeys() {
  const keys = useSignal<readonly PasskeyView[]>([]);
  const outcome = useSignal<string | undefined>(undefined);
  const words = texts.value.preferences;
  const load = async (): Promise<void> => {
    keys.value = (await ask<{ passkeys: readonly PasskeyView[] }>('GET', '/v1/people/me/passkeys')).passkeys;
  };
  const attempt = async (run: () => Promise<string | undefined>): Promise<void> => {
    try {
      outcome.value = await run();
      await load();
    } catch (error) {
      // The browser's own refusals are in its words, and in its language.
      outcome.value = error instanceof Refused ? messageOf(error) : words.passkeyFailed;
    }
  };
  useSignalEffect(() => void load().catch(() => undefined));
  const add = async (): Promise<string> => {
    const optionsJSON = await ask<never>('POST', '/v1/people/me/passkeys/options');
    await ask('POST', '/v1/people/me/passkeys', await startRegistration({ optionsJSON }));
    return words.passkeyDone;
  };
  const remove = async (passkeyId: string): Promise<undefined> =>
    ask('DELETE', `/v1/people/me/passkeys/${encodeURIComponent(passkeyId)}`);
  const told = (at: string): string => moment(at, deviceNowMs(), reading.value);
  return (
    <section class="card">
      <h2>{words.passkeys}</h2>
      <p class="aside">{words.passkeysAbout}</p>
      <ol>
        {keys.value.map(({ passkeyId, createdAt, usedAt }) => (
          <li key={passkeyId}>
            {words.passkeyAdded(told(createdAt), usedAt === null ? undefined : told(usedAt))}{' '}
            <button type="button" class="plain" onClick={() => void attempt(() => remove(passkeyId))}>
              {words.passkeyRemove}
            </button>
          </li>
        ))}
      </ol>
      <button type="button" onClick={() => void attempt(add)}>
        {words.passkeyAdd}
      </button>
      <p role="status">{outcome.value}</p>
    </section>
  );
}

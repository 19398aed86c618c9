import { useSignal } from '@preact/signals';
import { after } from '../browser.ts';
import { ask, Refused } from '../server/ask.ts';
import { me, messageOf } from '../store.ts';
import { texts } from '../texts/texts.ts';

/** A browser that cannot reach its push service never answers. */
const PUSH_SERVICE_MS = 10_000;

/** Switches push on in this very browser. */
export function PushHere() {
  const outcome = useSignal<string | undefined>(undefined);
  const isBusy = useSignal(false);
  const words = texts.value.preferences;
  const subscribe = async (): Promise<void> => {
    isBusy.value = true;
    outcome.value = await subscribeHere().catch((error: unknown) => {
      if (error instanceof Refused && error.status === 404) return words.pushOff;
      return messageOf(error);
    });
    isBusy.value = false;
  };
  const subscribeHere = async (): Promise<string> => {
    if (!('serviceWorker' in navigator && 'PushManager' in window)) return words.pushMissing;
    const { publicKey } = await ask<{ publicKey: string }>('GET', '/v1/push-key');
    if ((await Notification.requestPermission()) !== 'granted') return words.pushDenied;
    const { pushManager } = await navigator.serviceWorker.ready;
    const asked = pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: publicKey });
    const made = await Promise.race([
      asked.catch(() => undefined),
      new Promise<undefined>((resolve) => after(PUSH_SERVICE_MS, () => resolve(undefined))),
    ]);
    if (made === undefined) return words.pushUnreachable;
    const { endpoint, keys } = made.toJSON();
    await ask('POST', '/v1/people/me/push-subscriptions', { endpoint, keys });
    me.value = await ask('GET', '/v1/people/me');
    return words.pushDone;
  };
  return (
    <fieldset>
      <legend>{words.pushHere}</legend>
      <button type="button" disabled={isBusy.value} onClick={() => void subscribe()}>
        {words.pushOn}
      </button>
      <p role="status">{outcome.value}</p>
    </fieldset>
  );
}

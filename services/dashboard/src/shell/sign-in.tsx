import { useSignal } from '@preact/signals';
import { startAuthentication } from '@simplewebauthn/browser';
import { ask, Refused } from '../server/ask.ts';
import { messageOf, signIn, trouble } from '../store.ts';
import { texts } from '../texts/texts.ts';

/** For whoever has a token and no link. */
export function SignIn() {
  const token = useSignal('');
  const isBusy = useSignal(false);
  const words = texts.value.signIn;
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    isBusy.value = true;
    await signIn({ token: token.value.trim() });
    isBusy.value = false;
  };
  return (
    <main class="sign-in">
      <h1>{texts.value.appName}</h1>
      <p>{texts.value.tagline}</p>
      <form class="card" onSubmit={submit}>
        <h2>{words.title}</h2>
        <p>{words.about}</p>
        {trouble.value !== undefined && (
          <p class="problem" role="alert">
            {trouble.value}
          </p>
        )}
        <label>
          {words.token}
          <input
            type="password"
            autocomplete="current-password"
            required
            maxLength={200}
            value={token.value}
            onInput={({ currentTarget }) => (token.value = currentTarget.value)}
          />
        </label>
        <button type="submit" class="main" disabled={isBusy.value}>
          {words.button}
        </button>
      </form>
      <PasskeyButton />
      <MailForm />
    </main>
  );
}

/** For whoever added this device before. */
function PasskeyButton() {
  const problem = useSignal<string | undefined>(undefined);
  const words = texts.value.signIn;
  const use = async (): Promise<void> => {
    try {
      const optionsJSON = await ask<never>('POST', '/v1/session/passkey-options');
      await signIn({ passkey: await startAuthentication({ optionsJSON }) });
    } catch (error) {
      problem.value = error instanceof Refused ? messageOf(error) : words.passkeyFailed;
    }
  };
  return (
    <p>
      <button type="button" onClick={() => void use()}>
        {words.passkey}
      </button>
      <span role="status"> {problem.value}</span>
    </p>
  );
}

/** For whoever has neither token nor link at hand. */
function MailForm() {
  const email = useSignal('');
  const outcome = useSignal<string | undefined>(undefined);
  const words = texts.value.signIn;
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    outcome.value = await ask('POST', '/v1/sign-in-mails', { email: email.value.trim() }).then(
      () => words.mailed,
      messageOf,
    );
  };
  return (
    <form class="card" onSubmit={submit}>
      <h2>{words.mailTitle}</h2>
      <label>
        {words.mail}
        <input
          type="email"
          autocomplete="email"
          required
          maxLength={254}
          value={email.value}
          onInput={({ currentTarget }) => {
            email.value = currentTarget.value;
          }}
        />
      </label>
      <button type="submit">{words.mailButton}</button>
      <p role="status">{outcome.value}</p>
    </form>
  );
}

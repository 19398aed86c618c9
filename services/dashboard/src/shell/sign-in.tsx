import { useSignal } from '@preact/signals';
import { signIn, trouble } from '../store.ts';
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
    </main>
  );
}

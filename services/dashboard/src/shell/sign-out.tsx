import { signOut } from '../store.ts';
import { texts } from '../texts/texts.ts';

/** Ends the session and forgets what this browser kept. */
export function SignOut() {
  return (
    <button type="button" onClick={() => void signOut()}>
      {texts.value.signIn.out}
    </button>
  );
}

import type { IncomingMessage } from 'node:http';
import { randomSecret } from '@outrider/runtime';
import type { Passkey, State } from '@outrider/state';
import type { Role } from '@outrider/trust';
import type { AuthenticationResponseJSON, RegistrationResponseJSON } from '@simplewebauthn/server';
import { ApiError } from './errors.ts';

// Keys in people's devices (WebAuthn). A page of ours only: a browser signs for the name it shows and no other.

/** Read when somebody first asks: most who run this never do. */
const webauthn = () => import('@simplewebauthn/server');

const NAME = 'Outrider';
/** COSE: Ed25519, ECDSA on P-256, RSA; every device has one of them. */
const ALGORITHMS = [-8, -7, -257];
/** How long somebody may take to put a finger on a sensor. */
export const CHALLENGE_LIVES_MS = 5 * 60_000;
/** Questions that wait for an answer at once; each is some hundred bytes. */
const CHALLENGES_MAX = 10_000;
/** Nobody has more devices. */
const KEYS_MAX = 20;

/** The page that asks: its origin, and the name that its keys are for. */
export interface PageName {
  readonly origin: string;
  readonly rpId: string;
}

/** @throws ApiError conflict where the page is shown by a number: browsers have keys for names only */
export function pageOf({ headers }: IncomingMessage, publicUrl: string | undefined): PageName {
  const url = new URL(publicUrl ?? `http://${headers.host ?? 'localhost'}`);
  if (/^[\d.]+$|:/.test(url.hostname))
    throw new ApiError(
      'conflict',
      'Passkeys need a name in the address: open http://localhost in place of the number.',
    );
  return { origin: url.origin, rpId: url.hostname };
}

async function newChallenge(state: State, personId: string | null, nowMs: number): Promise<string> {
  const challenge = randomSecret('sign').replace('sign_', '');
  const asked = { challenge, personId, expiresAtMs: nowMs + CHALLENGE_LIVES_MS };
  if (await state.transaction((tx) => tx.passkeys.ask(asked, nowMs, CHALLENGES_MAX))) return challenge;
  throw new ApiError('unavailable', 'Too many sign in at this moment: try again in a minute.');
}

/** What the browser is to make a key with. */
export async function keyOptions(
  state: State,
  { personId, page, nowMs }: { readonly personId: string; readonly page: PageName; readonly nowMs: number },
) {
  const person = await state.people.find(personId);
  const own = await state.passkeys.listOf(personId);
  if (own.length >= KEYS_MAX)
    throw new ApiError('conflict', `There are ${KEYS_MAX} passkeys already: remove one first.`);
  const { generateRegistrationOptions } = await webauthn();
  return generateRegistrationOptions({
    ...{ rpName: NAME, rpID: page.rpId, userName: person?.email ?? person?.name ?? NAME },
    userID: new TextEncoder().encode(personId),
    challenge: Uint8Array.from(Buffer.from(await newChallenge(state, personId, nowMs), 'base64url')),
    excludeCredentials: own.map(({ credentialId: id }) => ({ id })),
    authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
    attestationType: 'none',
    supportedAlgorithmIDs: ALGORITHMS,
  });
}

/** Keeps the public half. @throws ApiError invalid unless this person was asked a moment ago, on this page */
export async function addKey(
  state: State,
  response: RegistrationResponseJSON,
  about: { readonly personId: string; readonly role: Role; readonly page: PageName; readonly nowMs: number },
): Promise<Passkey> {
  const { personId, role, page, nowMs } = about;
  const { verifyRegistrationResponse } = await webauthn();
  const verified = await verifyRegistrationResponse({
    response,
    expectedChallenge: async (challenge) =>
      (await state.passkeys.takeChallenge(challenge, nowMs))?.personId === personId,
    expectedOrigin: page.origin,
    expectedRPID: page.rpId,
    supportedAlgorithmIDs: ALGORITHMS,
  }).catch(() => undefined);
  if (verified?.verified !== true) throw wrongAnswer();
  const { id, publicKey, counter } = verified.registrationInfo.credential;
  const passkey = {
    ...{ credentialId: id, personId, role, counter, createdAtMs: nowMs, usedAtMs: null },
    publicKey: Buffer.from(publicKey).toString('base64url'),
  };
  if (!(await state.passkeys.insert(passkey)))
    throw new ApiError('conflict', 'This passkey is known already.');
  return passkey;
}

/** What the browser is to sign to sign somebody in; any of their keys will do. */
export async function signInOptions(state: State, page: PageName, nowMs: number) {
  const { generateAuthenticationOptions } = await webauthn();
  return generateAuthenticationOptions({
    rpID: page.rpId,
    challenge: Uint8Array.from(Buffer.from(await newChallenge(state, null, nowMs), 'base64url')),
    userVerification: 'required',
  });
}

/** Whose key signed what was asked a moment ago, on this page; undefined: nobody's. */
export async function keyThatSigned(
  state: State,
  response: AuthenticationResponseJSON,
  { page, nowMs }: { readonly page: PageName; readonly nowMs: number },
): Promise<Passkey | undefined> {
  const known = await state.passkeys.find(response.id);
  if (known === undefined) return undefined;
  const { verifyAuthenticationResponse } = await webauthn();
  const verified = await verifyAuthenticationResponse({
    response,
    expectedChallenge: async (challenge) =>
      (await state.passkeys.takeChallenge(challenge, nowMs))?.personId === null,
    expectedOrigin: page.origin,
    expectedRPID: page.rpId,
    credential: {
      id: known.credentialId,
      publicKey: Uint8Array.from(Buffer.from(known.publicKey, 'base64url')),
      counter: known.counter,
    },
  }).catch(() => undefined);
  if (verified?.verified !== true) return undefined;
  await state.passkeys.noteUse(known.credentialId, verified.authenticationInfo.newCounter, nowMs);
  return known;
}

const wrongAnswer = (): ApiError =>
  new ApiError('invalid', 'The body is not as documented.', [
    { path: 'passkey', message: 'does not answer what was asked here, or too late: ask again' },
  ]);

import { z } from 'zod';
import { isoText } from './fields.ts';

const base64url = z.base64url().min(1).max(8_000);

/** What a browser's `navigator.credentials` gives, as JSON; what else it says is not looked at. */
const credential = z.object({
  id: base64url.max(1_400),
  rawId: base64url.max(1_400),
  type: z.literal('public-key'),
  clientExtensionResults: z.object({}),
  authenticatorAttachment: z.enum(['platform', 'cross-platform']).optional(),
});

export const createdKey = credential.extend({
  response: z.object({ clientDataJSON: base64url, attestationObject: base64url }),
});
export const usedKey = credential.extend({
  response: z.object({
    clientDataJSON: base64url,
    authenticatorData: base64url,
    signature: base64url,
    userHandle: base64url.optional(),
  }),
});

/** For the browser; its fields are those of WebAuthn. */
export const browserOptions = z.looseObject({ challenge: z.string() });

export const passkeyView = z.strictObject({
  passkeyId: z.string(),
  createdAt: isoText,
  usedAt: isoText.nullable().describe('null: it has not signed anybody in yet.'),
});

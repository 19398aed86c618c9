import { z } from 'zod';
import type { ApiClient } from './api-client.ts';

const signInLink = z.object({ path: z.string() });

/** A link that signs a person in, once. Browsers call this machine localhost where they ask for passkeys. */
export async function pageOf(client: ApiClient): Promise<string> {
  const { path } = await client.ask('POST', '/v1/sign-in-links', signInLink);
  return client.baseUrl.replace('//127.0.0.1:', '//localhost:') + path;
}

const addedPerson = z.object({ token: z.string() });
const NAMES = { operator: 'Operator', product: 'Product' } as const;

/** Somebody who looks after cars or rules. */
export async function addStaff(admin: ApiClient, role: keyof typeof NAMES): Promise<ApiClient> {
  const { token } = await admin.ask('POST', '/v1/people', addedPerson, { name: NAMES[role], role });
  return admin.as(token);
}

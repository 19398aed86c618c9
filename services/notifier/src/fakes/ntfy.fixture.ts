import { type ScriptedServer, scriptedServer } from './scripted-server.fixture.ts';

export const NTFY_TOKEN = `tk_${'0123456789'.repeat(3).slice(0, 29)}`;

export interface NtfyMessage {
  readonly topic: string;
  readonly title?: string;
  readonly message?: string;
  readonly priority?: number;
  readonly tags?: readonly string[];
  readonly sequence_id?: string;
}

export interface FakeNtfy extends ScriptedServer {
  readonly messages: readonly NtfyMessage[];
  /** What a phone that subscribed to it shows: the newest of each sequence. */
  shown(topic: string): readonly NtfyMessage[];
}

const NAME = /^[-_A-Za-z0-9]{1,64}$/;

/** An ntfy server, 2.16, that is published to as JSON. @param token one that it asks for */
export async function fakeNtfy(token?: string): Promise<FakeNtfy> {
  const messages: NtfyMessage[] = [];
  const refuse = (http: number, code: number, error: string) => ({
    status: http,
    body: { code, http, error },
  });
  const server = await scriptedServer(({ method, path, headers, body }) => {
    if (method !== 'POST' || path !== '/') return refuse(404, 40401, 'page not found');
    if (token !== undefined && headers.authorization !== `Bearer ${token}`)
      return refuse(401, 40101, 'unauthorized');
    const said: NtfyMessage = JSON.parse(body.toString());
    if (!NAME.test(said.topic)) return refuse(400, 40009, 'invalid request: topic invalid');
    if (said.sequence_id !== undefined && !NAME.test(said.sequence_id))
      return refuse(400, 40049, 'invalid request: sequence ID invalid');
    if (Buffer.byteLength(said.message ?? '') > 4_096) return refuse(400, 40014, 'attachments not allowed');
    if (said.priority !== undefined && ![1, 2, 3, 4, 5].includes(said.priority))
      return refuse(400, 40007, 'invalid request: priority invalid');
    messages.push(said);
    return { status: 200, body: { id: `m${messages.length}`, event: 'message', ...said } };
  });
  const shown = (topic: string) => {
    const ofTopic = messages.filter((one) => one.topic === topic);
    const keyed = ofTopic.map((one, at) => [one.sequence_id ?? `m${at}`, one] as const);
    return [...new Map(keyed).values()];
  };
  return { ...server, messages, shown };
}

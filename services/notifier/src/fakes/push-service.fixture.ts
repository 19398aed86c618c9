import { createDecipheriv, createECDH, hkdfSync, randomBytes } from 'node:crypto';
import { type Call, type ScriptedServer, scriptedServer } from './scripted-server.fixture.ts';

/** A push that the service took, opened as the browser opens it. */
export interface TakenPush {
  readonly topic: string | undefined;
  readonly ttlS: number;
  readonly urgency: string | undefined;
  readonly payload: { readonly title: string; readonly body: string; readonly tag: string };
}

export interface FakePushService extends ScriptedServer {
  readonly pushes: readonly TakenPush[];
  /** What a browser hands over when a page subscribes. */
  readonly subscription: { readonly endpoint: string; readonly p256dh: string; readonly auth: string };
}

/** A push service of RFC 8030 with the one browser that it serves. */
export async function fakePushService(): Promise<FakePushService> {
  const browser = createECDH('prime256v1');
  browser.generateKeys();
  const auth = randomBytes(16);
  const pushes: TakenPush[] = [];
  const server = await scriptedServer((call) => {
    const { ttl, topic, urgency, authorization = '', 'content-encoding': encoding } = call.headers;
    if (!/^vapid t=[\w-]+\.[\w-]+\.[\w-]+, k=[\w-]{87}$/.test(authorization)) return { status: 401 };
    if (ttl === undefined || encoding !== 'aes128gcm') return { status: 400 };
    const said = { topic: topic?.toString(), ttlS: Number(ttl), urgency: urgency?.toString() };
    pushes.push({ ...said, payload: JSON.parse(openPush(call, browser, auth)) });
    return { status: 201, headers: { location: `${server.url}/message/${pushes.length}` } };
  });
  const p256dh = browser.getPublicKey('base64url');
  const subscription = { endpoint: `${server.url}/push/1`, p256dh, auth: auth.toString('base64url') };
  return { ...server, pushes, subscription };
}

/** The browser's half of RFC 8291. */
function openPush({ body }: Call, browser: ReturnType<typeof createECDH>, auth: Buffer): string {
  const [salt, senderKey, sealed] = [body.subarray(0, 16), body.subarray(21, 86), body.subarray(86)];
  const derive = (key: Buffer, with_: Buffer, info: Buffer, length: number) =>
    Buffer.from(hkdfSync('sha256', key, with_, info, length));
  const about = Buffer.concat([Buffer.from('WebPush: info\0'), browser.getPublicKey(), senderKey]);
  const secret = derive(browser.computeSecret(senderKey), auth, about, 32);
  const key = derive(secret, salt, Buffer.from('Content-Encoding: aes128gcm\0'), 16);
  const nonce = derive(secret, salt, Buffer.from('Content-Encoding: nonce\0'), 12);
  const decipher = createDecipheriv('aes-128-gcm', key, nonce);
  decipher.setAuthTag(sealed.subarray(-16));
  const plain = Buffer.concat([decipher.update(sealed.subarray(0, -16)), decipher.final()]);
  if (plain.at(-1) !== 2) throw new Error('the last record is not marked');
  return plain.subarray(0, -1).toString();
}

import { createCipheriv, createECDH, createPrivateKey, hkdfSync, randomBytes, sign } from 'node:crypto';

// What Web Push asks of a sender: RFC 8291 for the body, RFC 8292 for who sends it.

/** A browser's subscription, its keys as they are on the wire: base64url. */
export interface PushSubscription {
  readonly endpoint: string;
  /** Uncompressed point of P-256, 65 bytes. */
  readonly p256dh: string;
  /** 16 bytes. */
  readonly auth: string;
}

const RECORD_BYTES = 4_096;
/** One record of `aes128gcm` holds so much, with its mark and tag. */
export const PAYLOAD_BYTES_MAX = RECORD_BYTES - 17;
const CURVE = 'prime256v1';

/** What the sender makes up for each message; given only by tests. */
export interface Ephemeral {
  readonly privateKey: Buffer;
  readonly salt: Buffer;
}

const newEphemeral = (): Ephemeral => {
  const pair = createECDH(CURVE);
  pair.generateKeys();
  return { privateKey: pair.getPrivateKey(), salt: randomBytes(16) };
};

/**
 * The body of a push, readable only by the browser that subscribed (RFC 8291, `aes128gcm` of RFC 8188).
 * @throws Error when the subscription's key is no point of the curve
 */
export function encryptPush(
  { p256dh, auth }: PushSubscription,
  payload: Buffer,
  { privateKey, salt }: Ephemeral = newEphemeral(),
): Buffer {
  if (payload.length > PAYLOAD_BYTES_MAX) throw new RangeError('the payload fits no single record');
  const pair = createECDH(CURVE);
  pair.setPrivateKey(privateKey);
  const [theirs, ours] = [Buffer.from(p256dh, 'base64url'), pair.getPublicKey()];
  const shared = pair.computeSecret(theirs);
  const about = Buffer.concat([Buffer.from('WebPush: info\0'), theirs, ours]);
  const secret = hkdf(shared, Buffer.from(auth, 'base64url'), about, 32);
  const key = hkdf(secret, salt, Buffer.from('Content-Encoding: aes128gcm\0'), 16);
  const nonce = hkdf(secret, salt, Buffer.from('Content-Encoding: nonce\0'), 12);
  const cipher = createCipheriv('aes-128-gcm', key, nonce);
  // 2 marks the last record.
  const sealed = [
    cipher.update(payload),
    cipher.update(Buffer.from([2])),
    cipher.final(),
    cipher.getAuthTag(),
  ];
  const header = Buffer.alloc(5);
  header.writeUInt32BE(RECORD_BYTES);
  header.writeUInt8(ours.length, 4);
  return Buffer.concat([salt, header, ours, ...sealed]);
}

const hkdf = (key: Buffer, salt: Buffer, info: Buffer, length: number): Buffer =>
  Buffer.from(hkdfSync('sha256', key, salt, info, length));

/** Push services refuse more than a day. */
const TOKEN_LIVES_S = 12 * 3_600;

/** Who sends: the operator's key pair and whom to ask (`mailto:` or `https:`). */
export interface Vapid {
  /** P-256, 32 bytes in base64url. */
  readonly privateKey: string;
  readonly contact: string;
}

/** The public half, as browsers subscribe with it. @throws Error when it is no key of the curve */
export function vapidPublicKey(privateKey: string): string {
  const pair = createECDH(CURVE);
  pair.setPrivateKey(Buffer.from(privateKey, 'base64url'));
  return pair.getPublicKey('base64url');
}

/** The `Authorization` of a push to that service (RFC 8292). */
export function vapidHeader({ privateKey, contact }: Vapid, origin: string, nowMs: number): string {
  const k = vapidPublicKey(privateKey);
  const point = Buffer.from(k, 'base64url');
  const x = point.subarray(1, 33).toString('base64url');
  const y = point.subarray(33).toString('base64url');
  const d = Buffer.from(privateKey, 'base64url').toString('base64url');
  const key = createPrivateKey({ format: 'jwk', key: { kty: 'EC', crv: 'P-256', x, y, d } });
  const claims = { aud: origin, exp: Math.floor(nowMs / 1000) + TOKEN_LIVES_S, sub: contact };
  const said = [{ typ: 'JWT', alg: 'ES256' }, claims]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.');
  const signature = sign('sha256', Buffer.from(said), { key, dsaEncoding: 'ieee-p1363' });
  return `vapid t=${said}.${signature.toString('base64url')}, k=${k}`;
}

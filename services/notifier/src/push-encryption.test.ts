import { createPublicKey, verify } from 'node:crypto';
import { expect, test } from 'vitest';
import { encryptPush, PAYLOAD_BYTES_MAX, vapidHeader, vapidPublicKey } from './push-encryption.ts';

// RFC 8291, appendix A.
const SUBSCRIPTION = {
  endpoint: 'https://push.example.net/push/JzLQ3raZJfFBR0aqvOMsLrt54w4rJUsV',
  p256dh: 'BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4',
  auth: 'BTBZMqHH6r4Tts7J_aSIgg',
};
const EPHEMERAL = {
  privateKey: Buffer.from('yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw', 'base64url'),
  salt: Buffer.from('DGv6ra1nlYgDCS1FRnbzlw', 'base64url'),
};
const SEALED =
  'DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN';

test('the example of RFC 8291 is sealed as it says', () => {
  const payload = Buffer.from('When I grow up, I want to be a watermelon');
  expect(encryptPush(SUBSCRIPTION, payload, EPHEMERAL).toString('base64url')).toBe(SEALED);
});

test('the same words are never sealed the same way twice', () => {
  const [one, other] = [1, 2].map(() => encryptPush(SUBSCRIPTION, Buffer.from('words')).toString('hex'));
  expect(one).not.toBe(other);
});

test('a payload of one record is sealed, a byte more is refused', () => {
  expect(encryptPush(SUBSCRIPTION, Buffer.alloc(PAYLOAD_BYTES_MAX))).toHaveLength(
    86 + PAYLOAD_BYTES_MAX + 17,
  );
  expect(() => encryptPush(SUBSCRIPTION, Buffer.alloc(PAYLOAD_BYTES_MAX + 1))).toThrow('single record');
});

test('a key that is no point of the curve is refused', () => {
  expect(() => encryptPush({ ...SUBSCRIPTION, p256dh: 'AAAA' }, Buffer.from('words'))).toThrow();
});

test('the sender is named by a token that the public key proves, for this service and half a day', () => {
  const privateKey = EPHEMERAL.privateKey.toString('base64url');
  const header = vapidHeader(
    { privateKey, contact: 'mailto:ops@cars.example' },
    'https://push.example.net',
    5_000,
  );
  const [, said = '', signature = '', k = ''] =
    /^vapid t=([\w-]+\.[\w-]+)\.([\w-]+), k=([\w-]+)$/.exec(header) ?? [];
  expect(k).toBe(vapidPublicKey(privateKey));
  const point = Buffer.from(k, 'base64url');
  const [x, y] = [point.subarray(1, 33).toString('base64url'), point.subarray(33).toString('base64url')];
  const key = createPublicKey({ format: 'jwk', key: { kty: 'EC', crv: 'P-256', x, y } });
  const proof = Buffer.from(signature, 'base64url');
  expect(verify('sha256', Buffer.from(said), { key, dsaEncoding: 'ieee-p1363' }, proof)).toBe(true);
  const claims = JSON.parse(Buffer.from(said.split('.')[1] ?? '', 'base64url').toString());
  expect(claims).toEqual({ aud: 'https://push.example.net', exp: 43_205, sub: 'mailto:ops@cars.example' });
});

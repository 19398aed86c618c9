import {
  createCipheriv,
  createDecipheriv,
  createSecretKey,
  type KeyObject,
  randomFillSync,
} from 'node:crypto';

// A box is: version (1 byte) | IV (12) | ciphertext (as long as the plain text) | tag (16), AES-256-GCM.
// Vehicle and key are authenticated with it, so a box cannot be passed off as another vehicle's.
// Random IVs are safe for 2³² boxes under one key (NIST SP 800-38D, 8.3): a century at one a second.

const VERSION = 1;
const IV_BYTES = 12;
const TAG_BYTES = 16;
const HEAD_BYTES = 1 + IV_BYTES;
/** How much larger a box is than what it holds. */
export const BOX_OVERHEAD_BYTES = HEAD_BYTES + TAG_BYTES;
const SECRET_BYTES = 32;

/** A key made ready, with what its boxes are bound to. */
export interface SealingKey {
  readonly keyId: string;
  readonly secret: KeyObject;
  readonly boundTo: Uint8Array;
}

/** @throws RangeError when the secret has not 32 bytes */
export function sealingKey(keyId: string, vehicleId: string, secret: Uint8Array): SealingKey {
  if (secret.byteLength !== SECRET_BYTES) throw new RangeError(`key ${keyId} has not ${SECRET_BYTES} bytes`);
  // The zero byte keeps ("ab", "c") and ("a", "bc") apart; ids do not contain it.
  return { keyId, secret: createSecretKey(secret), boundTo: Buffer.from(`${vehicleId}\0${keyId}`) };
}

export function sealBox(key: SealingKey, bytes: Uint8Array): Uint8Array {
  const box = Buffer.allocUnsafe(bytes.byteLength + BOX_OVERHEAD_BYTES);
  box[0] = VERSION;
  const iv = nextIv();
  box.set(iv, 1);
  const cipher = createCipheriv('aes-256-gcm', key.secret, iv, { authTagLength: TAG_BYTES });
  cipher.setAAD(key.boundTo);
  box.set(cipher.update(bytes), HEAD_BYTES);
  cipher.final();
  box.set(cipher.getAuthTag(), HEAD_BYTES + bytes.byteLength);
  return box;
}

/** Undefined for whatever this key did not seal; hostile bytes never throw. */
export function openBox(key: SealingKey, box: Uint8Array): Uint8Array | undefined {
  if (box.byteLength < BOX_OVERHEAD_BYTES || box[0] !== VERSION) return undefined;
  const tagAt = box.byteLength - TAG_BYTES;
  const decipher = createDecipheriv('aes-256-gcm', key.secret, box.subarray(1, HEAD_BYTES), {
    authTagLength: TAG_BYTES,
  });
  decipher.setAAD(key.boundTo);
  decipher.setAuthTag(box.subarray(tagAt));
  const bytes = decipher.update(box.subarray(HEAD_BYTES, tagAt));
  try {
    decipher.final();
    return bytes;
  } catch {
    return undefined;
  }
}

/** Random bytes are drawn for many IVs at a time: one draw costs more than a whole box. */
const ivPool = Buffer.alloc(IV_BYTES * 512);
let ivPoolAt = ivPool.byteLength;

function nextIv(): Uint8Array {
  if (ivPoolAt === ivPool.byteLength) {
    randomFillSync(ivPool);
    ivPoolAt = 0;
  }
  ivPoolAt += IV_BYTES;
  return ivPool.subarray(ivPoolAt - IV_BYTES, ivPoolAt);
}

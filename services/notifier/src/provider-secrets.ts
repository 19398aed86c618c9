import { url } from '@outrider/runtime';
import { vapidPublicKey } from './push-encryption.ts';

// Addresses, keys and tokens of providers, as settings have them.

const httpUrl = url('http', 'https');

/** A provider's address with the account's name and secret in it; in clear only on this machine. */
export function account(value: string): string {
  const said = httpUrl(value);
  if (!URL.canParse(said)) throw new Error('is not an address');
  const { protocol, hostname, username, password } = new URL(said);
  if (username === '' || password === '') throw new Error('names no account and secret before the @');
  if (protocol === 'http:' && !LOOPBACK.has(hostname)) throw new Error('must begin with https:');
  return said;
}

const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);

export function vapidKey(value: string): string {
  if (Buffer.from(value, 'base64url').length !== 32) throw new Error('is not 32 bytes in base64url');
  try {
    vapidPublicKey(value);
  } catch {
    throw new Error('is no key of the curve P-256');
  }
  return value;
}

export function smsSender(value: string): string {
  if (!/^(\+[1-9]\d{6,14}|MG[0-9a-f]{32})$/.test(value))
    throw new Error('is neither a number like +15551234567 nor a messaging service MG…');
  return value;
}

export function ntfyToken(value: string): string {
  if (!/^tk_[a-z0-9]{29}$/.test(value)) throw new Error('is no access token like tk_…, 32 characters');
  return value;
}

export function telegramToken(value: string): string {
  if (!/^\d{5,16}:[\w-]{30,64}$/.test(value)) throw new Error('is no token of a bot like 110201543:AAH…');
  return value;
}

export function slackToken(value: string): string {
  if (!/^xoxb-[\w-]{10,200}$/.test(value)) throw new Error('is no bot token like xoxb-…');
  return value;
}

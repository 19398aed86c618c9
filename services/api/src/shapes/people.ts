import { channelName, personId, shortText } from '@outrider/domain';
import type { Person } from '@outrider/state';
import { z } from 'zod';
import { ROLES } from '../credentials.ts';
import { iso, isoText } from './fields.ts';

const timeZone = shortText.refine(isTimeZone, 'an IANA time zone like Europe/Helsinki');
const language = z.string().regex(/^[a-z]{2,3}(-[A-Z]{2})?$/, 'a language like en or pt-BR');
const email = z.email().max(254);
const phone = z.string().regex(/^\+[1-9]\d{6,14}$/, 'a number like +358401234567');
/** No control characters: a name ends up in mails. */
const personName = shortText.regex(/^[^\p{Cc}\p{Cf}]+$/u, 'a name without control characters');
const timeOfDay = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'a local time like 22:00');
const quietHours = z.strictObject({ from: timeOfDay, to: timeOfDay }).refine(({ from, to }) => from !== to, {
  message: 'from and to are the same',
});
const channels = z
  .array(channelName)
  .max(channelName.options.length)
  .refine((named) => new Set(named).size === named.length, 'a channel is named twice');
/** Standard Webhooks: 24 to 64 random bytes. */
const webhookSecret = z.string().regex(/^whsec_[A-Za-z0-9+/]{32,88}={0,2}$/, 'a secret like whsec_…');

export const preferences = z.strictObject({
  name: personName.optional(),
  email: email.nullable().optional(),
  phone: phone.nullable().optional(),
  webhookUrl: z
    .url({ protocol: /^https?$/ })
    .max(2_000)
    .nullable()
    .optional(),
  webhookSecret: webhookSecret.optional(),
  language: language.optional(),
  units: z.enum(['metric', 'imperial']).optional(),
  timeZone: timeZone.optional(),
  quietHours: quietHours.nullable().optional(),
  channels: channels.optional(),
});
export type Preferences = z.infer<typeof preferences>;

export const newPerson = preferences.extend({ name: personName, role: z.enum(ROLES) });

export const personView = z.strictObject({
  personId,
  name: z.string(),
  email: z.string().nullable(),
  emailVerified: z.boolean().describe('Its owner entered a code that was sent there.'),
  phone: z.string().nullable(),
  phoneVerified: z.boolean().describe('SMS go to a verified number only.'),
  webhookUrl: z.string().nullable(),
  language: z.string(),
  units: z.enum(['metric', 'imperial']),
  timeZone: z.string(),
  quietHours: z.strictObject({ from: z.string(), to: z.string() }).nullable(),
  channels: z.array(channelName),
  createdAt: isoText,
});

export function viewPerson(person: Person): z.infer<typeof personView> {
  const { quietFromMinute: from, quietToMinute: to } = person;
  return {
    personId: person.personId,
    name: person.name,
    email: person.email,
    emailVerified: isProved(person, 'email', person.email),
    phone: person.phone,
    phoneVerified: isProved(person, 'sms', person.phone),
    webhookUrl: person.webhookUrl,
    language: person.language,
    units: person.units,
    timeZone: person.timeZone,
    quietHours: from === null || to === null ? null : { from: timeOfMinute(from), to: timeOfMinute(to) },
    channels: [...person.channels],
    createdAt: iso(person.createdAtMs),
  };
}

/** It is the address that a code was sent to and entered, and nobody said STOP there since. */
const isProved = ({ contacts = [] }: Person, of: 'sms' | 'email', address: string | null): boolean =>
  contacts.some(
    ({ channel, target, stoppedAtMs }) => channel === of && target === address && stoppedAtMs === null,
  );

type Change = Partial<Omit<Person, 'personId' | 'contacts' | 'createdAtMs'>>;

/** What was said, as columns; what was not said stays as it is. */
export function changeOf(said: Preferences): Change {
  const { quietHours: hours, ...plain } = said;
  const columns = Object.fromEntries(
    Object.entries(plain).filter(([, value]) => value !== undefined),
  ) as Change;
  if (hours === undefined) return columns;
  return {
    ...columns,
    quietFromMinute: hours === null ? null : minuteOfTime(hours.from),
    quietToMinute: hours === null ? null : minuteOfTime(hours.to),
  };
}

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

const minuteOfTime = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3));
const timeOfMinute = (minute: number): string =>
  `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;

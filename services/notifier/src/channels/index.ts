import type { ChannelName } from '@outrider/domain';
import type { Runtime } from '@outrider/runtime';
import type { Contacts } from '@outrider/state';
import type { Channel } from '../channel.ts';
import type { NotifierSettings } from '../settings.ts';
import { languageOf, loadLanguages } from '../wording/language.ts';
import { createEmail } from './email.ts';
import { createFeed } from './feed.ts';
import { createHomeAssistant } from './homeassistant.ts';
import { createNtfy } from './ntfy.ts';
import { createPagerDuty } from './pagerduty.ts';
import { createPush } from './push.ts';
import { createSlack } from './slack.ts';
import { createSms } from './sms.ts';
import { createTelegram } from './telegram.ts';
import { createWebhook } from './webhook.ts';

type Build = (
  settings: NotifierSettings,
  runtime: Runtime,
  contacts: Pick<Contacts, 'remove'>,
) => Channel | undefined;

/** Every channel. A new one is a file beside this, its test, and a line here; undefined = not set up. */
export const channelBuilders: Readonly<Record<ChannelName, Build>> = {
  feed: () => createFeed(),
  email: (settings, { log, realClock }, contacts) =>
    settings.smtpUrl === undefined
      ? undefined
      : createEmail({
          smtpUrl: settings.smtpUrl,
          fallbackUrl: settings.smtpFallbackUrl,
          from: settings.smtpFrom,
          needsCode: settings.emailNeedsCode,
          forget: (contactId) => contacts.remove(contactId),
          ...{ log, realClock, rate: settings.providerRates.get('email') },
        }),
  webhook: (settings, { realClock }) =>
    createWebhook({ allowHttpLoopback: settings.webhookAllowHttpLoopback, realClock }),
  push: (settings, { eventClock, realClock }, contacts) => {
    const { pushPrivateKey: privateKey, pushContact: contact, providerRates } = settings;
    if (privateKey === undefined) return undefined;
    if (contact === undefined)
      throw new Error('PUSH_PRIVATE_KEY is set and PUSH_CONTACT is not: push services ask whom to write to');
    return createPush({
      ...{ vapid: { privateKey, contact }, eventClock, realClock, rate: providerRates.get('push') },
      forget: (contactId) => contacts.remove(contactId),
      allowHttpLoopback: settings.webhookAllowHttpLoopback,
    });
  },
  sms: (settings, { eventClock, realClock, log }, contacts) => {
    const { smsUrl, smsFallbackUrl, smsFrom, smsCallbackUrl, providerRates } = settings;
    if (smsUrl === undefined) return undefined;
    if (smsFrom === undefined) throw new Error('SMS_URL is set and SMS_FROM is not: SMS need a sender');
    const languages = loadLanguages();
    const repliesOf = (language: string) => languageOf(languages, language).serviceTexts.replies;
    return createSms({
      ...{ url: smsUrl, fallbackUrl: smsFallbackUrl, from: smsFrom, eventClock, realClock, log },
      ...{ callbackUrl: smsCallbackUrl, rate: providerRates.get('sms') },
      forget: (contactId) => contacts.remove(contactId),
      repliesOf: smsCallbackUrl === undefined ? undefined : repliesOf,
    });
  },
  pagerduty: ({ pagerDutyUrl: url }, { realClock }, contacts) =>
    url === undefined
      ? undefined
      : createPagerDuty({ url, realClock, forget: (contactId) => contacts.remove(contactId) }),
  ntfy: ({ ntfyUrl: url, ntfyToken: token }, { realClock }) =>
    url === undefined ? undefined : createNtfy({ url, token, realClock }),
  homeassistant: ({ mqttUrl: url }, { eventClock }) =>
    url === undefined ? undefined : createHomeAssistant({ url, eventClock }),
  slack: ({ slackUrl: url, slackBotToken: botToken, slackButton: hasButton }, { realClock }, contacts) => {
    if (botToken === undefined) return undefined;
    const languages = loadLanguages();
    const wordsOf = (language: string) => languageOf(languages, language).serviceTexts;
    const forget = (contactId: string) => contacts.remove(contactId);
    return createSlack({ url, botToken, hasButton, wordsOf, realClock, forget });
  },
  telegram: ({ telegramUrl: url, telegramBotToken: botToken }, { realClock }, contacts) =>
    botToken === undefined
      ? undefined
      : createTelegram({ url, botToken, realClock, forget: (contactId) => contacts.remove(contactId) }),
};

export function buildChannels(
  settings: NotifierSettings,
  runtime: Runtime,
  contacts: Pick<Contacts, 'remove'>,
): readonly Channel[] {
  return Object.values(channelBuilders)
    .map((build) => build(settings, runtime, contacts))
    .filter((channel) => channel !== undefined);
}

const NO_CONTACTS = { remove: async () => false };

/** Channels that these settings set up. */
export async function channelsSetUp(
  settings: NotifierSettings,
  runtime: Runtime,
): Promise<readonly ChannelName[]> {
  const channels = buildChannels(settings, runtime, NO_CONTACTS);
  for (const channel of channels) await channel.close();
  return channels.map(({ name }) => name);
}

import type { ChannelName } from '@outrider/domain';
import type { Runtime } from '@outrider/runtime';
import type { Channel } from '../channel.ts';
import type { NotifierSettings } from '../settings.ts';
import { createEmail } from './email.ts';
import { createFeed } from './feed.ts';
import { createWebhook } from './webhook.ts';

type Build = (settings: NotifierSettings, runtime: Runtime) => Channel | undefined;

/** Every channel. A new one is a file beside this, its test, and a line here; undefined = not set up. */
export const channelBuilders: Readonly<Record<ChannelName, Build>> = {
  feed: () => createFeed(),
  email: (settings, { log }) =>
    settings.smtpUrl === undefined
      ? undefined
      : createEmail({
          smtpUrl: settings.smtpUrl,
          fallbackUrl: settings.smtpFallbackUrl,
          from: settings.smtpFrom,
          log,
        }),
  webhook: (settings, { realClock }) =>
    createWebhook({ allowHttpLoopback: settings.webhookAllowHttpLoopback, realClock }),
};

export function buildChannels(settings: NotifierSettings, runtime: Runtime): readonly Channel[] {
  return Object.values(channelBuilders)
    .map((build) => build(settings, runtime))
    .filter((channel) => channel !== undefined);
}

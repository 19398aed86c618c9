import {
  flag,
  healthSettings,
  integer,
  nonEmpty,
  number,
  optional,
  processSettings,
  type SettingsOf,
  type SettingsSchema,
  url,
} from '@outrider/runtime';
import { providerRates } from './provider-rates.ts';
import { account, ntfyToken, slackToken, smsSender, telegramToken, vapidKey } from './provider-secrets.ts';
import { oneRate, rates } from './rates.ts';

/** None unless set. */
const channelThrottle = (env: string, what: string) => ({
  env,
  about: `${what} per person: count/window. The first message of a critical warning jumps them; empty = no limit.`,
  parse: optional(rates),
  default: '',
});

const httpUrl = url('http', 'https');

export const notifierSettings = {
  smtpUrl: {
    env: 'SMTP_URL',
    about: 'Mail server, smtp:// or smtps://; empty = no e-mail.',
    parse: optional(url('smtp', 'smtps')),
    default: '',
    secret: true,
  },
  smtpFallbackUrl: {
    env: 'SMTP_FALLBACK_URL',
    about: 'Second mail server, used when the first certainly did not take a message.',
    parse: optional(url('smtp', 'smtps')),
    default: '',
    secret: true,
  },
  smtpFrom: {
    env: 'SMTP_FROM',
    about: 'Sender of e-mails.',
    parse: nonEmpty,
    default: 'Outrider <outrider@localhost>',
  },
  emailNeedsCode: {
    env: 'EMAIL_NEEDS_CODE',
    about: 'Mail only to addresses whose owner entered a code that was sent there.',
    parse: flag,
    default: 'false',
  },
  smsUrl: {
    env: 'SMS_URL',
    about:
      'SMS provider, https://AccountSid:AuthToken@api.twilio.com or one that speaks the same; empty = no SMS.',
    parse: optional(account),
    default: '',
    secret: true,
  },
  smsFallbackUrl: {
    env: 'SMS_FALLBACK_URL',
    about: 'Second SMS provider, used when the first certainly did not take a text.',
    parse: optional(account),
    default: '',
    secret: true,
  },
  smsFrom: {
    env: 'SMS_FROM',
    about: 'Sender of SMS: a number like +15551234567, or a messaging service MG…; SMS need it.',
    parse: optional(smsSender),
    default: '',
  },
  smsCallbackUrl: {
    env: 'SMS_CALLBACK_URL',
    about:
      'Where the SMS provider reaches the api, https://…; empty: neither receipts nor answers by SMS are taken.',
    parse: optional(httpUrl),
    default: '',
  },
  pushPrivateKey: {
    env: 'PUSH_PRIVATE_KEY',
    about: 'Web Push: private key of the VAPID pair, 32 bytes in base64url; empty = no Web Push.',
    parse: optional(vapidKey),
    default: '',
    secret: true,
  },
  pushContact: {
    env: 'PUSH_CONTACT',
    about: 'Whom a push service asks when something is wrong: mailto: or https:; Web Push needs it.',
    parse: optional(url('mailto', 'https')),
    default: '',
  },
  publicUrl: {
    env: 'API_PUBLIC_URL',
    about: 'Where people reach the page, e.g. https://outrider.example; empty: by the name they ask for.',
    parse: optional(httpUrl),
    default: '',
  },
  pagerDutyUrl: {
    env: 'PAGERDUTY_URL',
    about:
      'PagerDuty’s events, https://events.pagerduty.com or https://events.eu.pagerduty.com; empty = none.',
    parse: optional(httpUrl),
    default: '',
  },
  ntfyUrl: {
    env: 'NTFY_URL',
    about: 'ntfy server, https://ntfy.sh or one of your own, 2.16 or newer; empty = no ntfy.',
    parse: optional(httpUrl),
    default: '',
  },
  ntfyToken: {
    env: 'NTFY_TOKEN',
    about: 'Access token for that server, tk_…, where it lets nobody publish without one.',
    parse: optional(ntfyToken),
    default: '',
    secret: true,
  },
  telegramBotToken: {
    env: 'TELEGRAM_BOT_TOKEN',
    about: 'Telegram bot, as BotFather says it: 110201543:AAH…; empty = no Telegram.',
    parse: optional(telegramToken),
    default: '',
    secret: true,
  },
  telegramUrl: {
    env: 'TELEGRAM_URL',
    about: 'Where the Bot API is; another for a Bot API server of your own.',
    parse: httpUrl,
    default: 'https://api.telegram.org',
  },
  slackBotToken: {
    env: 'SLACK_BOT_TOKEN',
    about: 'Slack app’s bot token, xoxb-…, with the scope chat:write; empty = no Slack.',
    parse: optional(slackToken),
    default: '',
    secret: true,
  },
  slackUrl: {
    env: 'SLACK_URL',
    about: 'Where Slack’s Web API is; https://slack-gov.com for GovSlack.',
    parse: httpUrl,
    default: 'https://slack.com',
  },
  slackButton: {
    env: 'SLACK_BUTTON',
    about: 'A button “on it” under messages in Slack; the api needs SLACK_SIGNING_SECRET.',
    parse: flag,
    default: 'false',
  },
  mqttUrl: {
    env: 'MQTT_URL',
    about: 'MQTT broker that Home Assistant reads, mqtt(s)://name:password@host; empty = none.',
    parse: optional(url('mqtt', 'mqtts')),
    default: '',
    secret: true,
  },
  webhookAllowHttpLoopback: {
    env: 'WEBHOOK_ALLOW_HTTP_LOOPBACK',
    about: 'Also post webhooks to http:// on this machine; for development.',
    parse: flag,
    default: 'false',
  },
  escalateAfterMin: {
    env: 'ESCALATE_AFTER_MIN',
    about: 'Minutes without a receipt until the next channel is used.',
    parse: number(0, 240),
    default: '2',
  },
  escalateWarningToDispatcherMin: {
    env: 'ESCALATE_WARNING_TO_DISPATCHER_MIN',
    about: 'Minutes without an answer until co-driver and dispatcher are told of a warning; 0 = never.',
    parse: number(0, 1_440),
    default: '10',
  },
  escalateWarningToCrewMin: {
    env: 'ESCALATE_WARNING_TO_CREW_MIN',
    about: 'Minutes without an answer until the service crew is told of a warning; 0 = never.',
    parse: number(0, 1_440),
    default: '30',
  },
  escalateCriticalToDispatcherMin: {
    env: 'ESCALATE_CRITICAL_TO_DISPATCHER_MIN',
    about: 'The same for co-driver and dispatcher and a critical warning.',
    parse: number(0, 1_440),
    default: '3',
  },
  escalateCriticalToCrewMin: {
    env: 'ESCALATE_CRITICAL_TO_CREW_MIN',
    about: 'The same for the service crew and a critical warning.',
    parse: number(0, 1_440),
    default: '10',
  },
  minGapMin: {
    env: 'MIN_GAP_MIN',
    about: 'Minutes between two interruptions about one stop.',
    parse: number(0, 240),
    default: '10',
  },
  decisionH: {
    env: 'DECISION_H',
    about: 'Hours after which what another rule said about a stop belongs to another decision.',
    parse: number(0, 48),
    default: '6',
  },
  bundleWindowS: {
    env: 'BUNDLE_WINDOW_S',
    about: 'Seconds in which a second alert joins the interruption of the first as a silent card.',
    parse: number(0, 3_600),
    default: '60',
  },
  throttle: {
    env: 'THROTTLE',
    about: 'Interruptions per person: count/window, comma separated. Critical ones pass.',
    parse: rates,
    default: '2/10m,4/1h,10/12h',
  },
  smsThrottle: {
    env: 'SMS_THROTTLE',
    about: 'SMS per person: count/window. The first message of a critical warning jumps them.',
    parse: rates,
    default: '1/1m,5/15m,11/1h,21/3h',
  },
  pushThrottle: channelThrottle('PUSH_THROTTLE', 'Web Push messages'),
  emailThrottle: channelThrottle('EMAIL_THROTTLE', 'E-mails'),
  webhookThrottle: channelThrottle('WEBHOOK_THROTTLE', 'Calls of a webhook'),
  digestCars: {
    env: 'DIGEST_CARS',
    about: 'Whoever looks after more cars than this is told of some warnings together: 7 of 42 cars.',
    parse: integer(1, 10_000),
    default: '10',
  },
  flood: {
    env: 'FLOOD',
    about: 'More warnings than this to one who looks after cars are told together; over below half of it.',
    parse: oneRate,
    default: '10/10m',
  },
  crewThrottle: {
    env: 'CREW_THROTTLE',
    about: 'Escalations per member of a service crew, critical ones too; more wait for their turn.',
    parse: rates,
    default: '10/10m,144/1d',
  },
  providerRates: {
    env: 'PROVIDER_RATES',
    about:
      'Messages to one provider, of each process: sms=1/1s,telegram=30/1s. More wait; critical ones do not. Empty = no limit.',
    parse: providerRates,
    default: '',
  },
  declineStep: {
    env: 'DECLINE_STEP',
    about: 'How much the probability must grow before advice that was answered is given again.',
    parse: number(0.01, 1),
    default: '0.15',
  },
  declineLastsH: {
    env: 'DECLINE_LASTS_H',
    about: 'Hours a "no, thanks" or "on it" lasts.',
    parse: integer(1, 720),
    default: '24',
  },
  doubtLastsD: {
    env: 'NOT_USEFUL_LASTS_D',
    about: 'Days for which two "not useful" in a row make a rule speak later to that person.',
    parse: integer(1, 365),
    default: '30',
  },
} satisfies SettingsSchema;

export type NotifierSettings = SettingsOf<typeof notifierSettings>;

/** What `main.ts` needs besides, to run this service alone. */
export const aloneSettings = {
  busUrl: processSettings.busUrl,
  stateUrl: processSettings.stateUrl,
  logLevel: processSettings.logLevel,
  ...healthSettings('9085'),
} as const;

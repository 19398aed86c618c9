import {
  flag,
  healthSettings,
  integer,
  nonEmpty,
  optional,
  port,
  processSettings,
  type SettingsOf,
  type SettingsSchema,
  url,
} from '@outrider/runtime';

/** Web page origins, comma-separated, as `https://host[:port]`. */
function origins(value: string): readonly string[] {
  const listed = value
    .split(',')
    .map((origin) => origin.trim())
    .filter((origin) => origin !== '');
  for (const origin of listed)
    if (!URL.canParse(origin) || new URL(origin).origin !== origin)
      throw new Error(`names ${origin}, which is not an origin like https://cars.example`);
  return listed;
}

/** One or two secrets, comma-separated: while one is changed both hold. */
function secrets(value: string): readonly string[] {
  const listed = value
    .split(',')
    .map((secret) => secret.trim())
    .filter((secret) => secret !== '');
  if (listed.length > 2) throw new Error('names more than two');
  return listed;
}

function pushKey(value: string): string {
  const point = Buffer.from(value, 'base64url');
  if (point.length !== 65 || point[0] !== 4)
    throw new Error('is no uncompressed point, 65 bytes in base64url');
  return value;
}

function botName(value: string): string {
  if (!/^\w{5,32}$/.test(value)) throw new Error('is no user name of a bot');
  return value;
}

function webhookSecret(value: string): string {
  if (!/^[\w-]{16,256}$/.test(value)) throw new Error('is not 16 to 256 letters, digits, _ and -');
  return value;
}

/** An address with `{z}`, `{x}` and `{y}` in it. */
function tileTemplate(value: string): string {
  const parsed = URL.parse(value);
  if (parsed === null || !/^https?:$/.test(parsed.protocol)) throw new Error('is no http or https address');
  if (parsed.username !== '' || parsed.password !== '')
    throw new Error('holds a login, which every page reads');
  for (const part of ['{z}', '{x}', '{y}']) if (!value.includes(part)) throw new Error(`lacks ${part}`);
  return value;
}

export const apiSettings = {
  host: {
    env: 'API_HOST',
    about: 'Address to listen on. Beyond loopback, put TLS in front.',
    parse: nonEmpty,
    default: '127.0.0.1',
  },
  port: { env: 'API_PORT', about: 'Port; 0 takes any free one.', parse: port, default: '8080' },
  gatewayUrl: {
    env: 'GATEWAY_PUBLIC_URL',
    about: 'Where cars reach the gateway; told to whoever registers one.',
    parse: url('http', 'https'),
    default: 'http://127.0.0.1:8081',
  },
  publicUrl: {
    env: 'API_PUBLIC_URL',
    about: 'Where people reach the page, e.g. https://outrider.example; empty: by the name they ask for.',
    parse: optional(url('http', 'https')),
    default: '',
  },
  pageFolder: {
    env: 'API_PAGE_FOLDER',
    about: 'Folder of the page as it was built; empty: the one of this clone.',
    parse: optional(nonEmpty),
    default: '',
  },
  allowedOrigins: {
    env: 'API_ALLOWED_ORIGINS',
    about: 'Origins besides our own whose pages may open the live feed, comma-separated.',
    parse: origins,
    default: '',
  },
  bodyBytesMax: {
    env: 'API_BODY_BYTES_MAX',
    about: 'Largest request body, in bytes. A trip with its whole route is the largest.',
    parse: integer(1_024, 64 * 1024 * 1024),
    default: '4194304',
  },
  requestsPerS: {
    env: 'API_REQUESTS_PER_S',
    about: 'Requests of one person per second; ten times as many may come at once.',
    parse: integer(1, 100_000),
    default: '50',
  },
  requestTimeoutMs: {
    env: 'API_REQUEST_TIMEOUT_MS',
    about: 'Time for a request to arrive, and again for it to be answered, in milliseconds.',
    parse: integer(100, 600_000),
    default: '30000',
  },
  liveSocketsMax: {
    env: 'API_LIVE_SOCKETS_MAX',
    about: 'Live feeds open at once; more are told to come back.',
    parse: integer(1, 1_000_000),
    default: '10000',
  },
  livePingIntervalMs: {
    env: 'API_LIVE_PING_INTERVAL_MS',
    about: 'Time between pings; a feed that missed one is closed. Rights are asked anew as often.',
    parse: integer(100, 600_000),
    default: '30000',
  },
  forecastCacheBytes: {
    env: 'API_FORECAST_CACHE_BYTES',
    about: 'Memory for the newest forecast of each vehicle, in bytes; the longest unchanged go first.',
    parse: integer(0, 4 * 1024 * 1024 * 1024),
    default: '67108864',
  },
  conditionsCacheBytes: {
    env: 'API_CONDITIONS_CACHE_BYTES',
    about:
      'Memory for the road, chargers and weather of each vehicle, in bytes; the longest unchanged go first.',
    parse: integer(0, 4 * 1024 * 1024 * 1024),
    default: '134217728',
  },
  placesCacheBytes: {
    env: 'API_PLACES_CACHE_BYTES',
    about:
      'Memory for where each vehicle last said it was, sealed, in bytes; the longest unchanged go first.',
    parse: integer(0, 4 * 1024 * 1024 * 1024),
    default: '67108864',
  },
  mapTilesUrl: {
    env: 'API_MAP_TILES_URL',
    about:
      'Map tiles for operators, e.g. https://tiles.example/{z}/{x}/{y}.png; empty: the plain map of the page, and nobody else is asked.',
    parse: optional(tileTemplate),
    default: '',
  },
  mapTilesCredit: {
    env: 'API_MAP_TILES_CREDIT',
    about: 'Whom the map names as the source of its tiles.',
    parse: optional(nonEmpty),
    default: '',
  },
  calendarOrigins: {
    env: 'API_CALENDAR_ORIGINS',
    about: 'Origins that calendars may be read from, comma-separated; none: no calendar is read.',
    parse: origins,
    default: '',
  },
  tripSourceIntervalMs: {
    env: 'API_TRIP_SOURCE_INTERVAL_MS',
    about: 'Time between two readings of a calendar or weekly trip, in milliseconds, give or take a tenth.',
    parse: integer(1_000, 86_400_000),
    default: '300000',
  },
  photonUrl: {
    env: 'PHOTON_URL',
    about: 'Places by name: a Photon server.',
    parse: optional(url('http', 'https')),
    default: '',
  },
  nominatimUrl: {
    env: 'NOMINATIM_URL',
    about: 'Places by name when Photon cannot tell: a Nominatim server.',
    parse: optional(url('http', 'https')),
    default: '',
  },
  vpicUrl: {
    env: 'VPIC_URL',
    about: 'Server that tells a car by its VIN, as NHTSA’s vPIC does; empty: nobody is told a VIN.',
    parse: optional(url('http', 'https')),
    default: '',
  },
  pagerDutyUrl: {
    env: 'PAGERDUTY_URL',
    about:
      'PagerDuty’s events, https://events.pagerduty.com or https://events.eu.pagerduty.com; empty = none.',
    parse: optional(url('http', 'https')),
    default: '',
  },
  slackSigningSecret: {
    env: 'SLACK_SIGNING_SECRET',
    about: 'What Slack signs with when somebody presses a button; empty: no answers from Slack are taken.',
    parse: optional(nonEmpty),
    default: '',
    secret: true,
  },
  telegramBotName: {
    env: 'TELEGRAM_BOT_NAME',
    about: 'User name of the Telegram bot, without @; empty: nobody can link a chat.',
    parse: optional(botName),
    default: '',
  },
  telegramWebhookSecret: {
    env: 'TELEGRAM_WEBHOOK_SECRET',
    about: 'The secret_token that the bot’s webhook was set with; linking chats needs it.',
    parse: optional(webhookSecret),
    default: '',
    secret: true,
  },
  smsCallbackUrl: {
    env: 'SMS_CALLBACK_URL',
    about:
      'Where the SMS provider reaches the api, https://…; empty: neither receipts nor answers by SMS are taken.',
    parse: optional(url('http', 'https')),
    default: '',
  },
  smsCallbackTokens: {
    env: 'SMS_CALLBACK_TOKENS',
    about:
      'Secrets that the SMS provider signs with (Twilio: the auth token), comma-separated; two while one is changed.',
    parse: secrets,
    default: '',
    secret: true,
  },
  pushPublicKey: {
    env: 'PUSH_PUBLIC_KEY',
    about: 'Web Push: public key of the VAPID pair, 65 bytes in base64url; empty: no browser can subscribe.',
    parse: optional(pushKey),
    default: '',
  },
  allowHttpWebhooks: {
    env: 'API_ALLOW_HTTP_WEBHOOKS',
    about: 'Accept webhook addresses without TLS (for receivers on the same machine).',
    parse: flag,
    default: 'false',
  },
} as const satisfies SettingsSchema;

export type ApiSettings = SettingsOf<typeof apiSettings>;

/** What `main.ts` needs besides, to run this service alone. */
export const aloneSettings = {
  busUrl: processSettings.busUrl,
  telemetryUrl: processSettings.telemetryUrl,
  stateUrl: processSettings.stateUrl,
  logLevel: processSettings.logLevel,
  ...healthSettings('9080'),
} as const;

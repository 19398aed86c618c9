import {
  healthSettings,
  integer,
  nonEmpty,
  number,
  port,
  processSettings,
  type SettingsOf,
} from '@outrider/runtime';

/** Settings of the gateway; the README's table is checked against this. */
export const gatewaySettings = {
  host: {
    env: 'GATEWAY_HOST',
    about: 'Address to listen on. Anything but loopback belongs behind a TLS proxy.',
    parse: nonEmpty,
    default: '127.0.0.1',
  },
  port: {
    env: 'GATEWAY_PORT',
    about: 'Port for devices; 0 takes a free one.',
    parse: port,
    default: '8081',
  },
  framesPerS: {
    env: 'GATEWAY_FRAMES_PER_S',
    about: 'Frames a vehicle may send per second, in the long run.',
    parse: number(0.001, 1_000_000),
    default: '20',
  },
  framesBurst: {
    env: 'GATEWAY_FRAMES_BURST',
    about: 'Frames a vehicle may send at once; 500 lets a full batch through.',
    parse: integer(1, 10_000_000),
    default: '500',
  },
  socketFramesMax: {
    env: 'GATEWAY_SOCKET_FRAMES_MAX',
    about: 'Unanswered frames of one socket; above it the socket is not read.',
    parse: integer(1, 100_000),
    default: '256',
  },
  inFlightFramesMax: {
    env: 'GATEWAY_IN_FLIGHT_FRAMES_MAX',
    about: 'Unanswered frames of all vehicles; above it frames are sent away for a moment.',
    parse: integer(1, 1_000_000),
    default: '10000',
  },
  inFlightMebibytesMax: {
    env: 'GATEWAY_IN_FLIGHT_MEBIBYTES_MAX',
    about: 'The same in MiB.',
    parse: integer(1, 100_000),
    default: '32',
  },
  socketsMax: {
    env: 'GATEWAY_SOCKETS_MAX',
    about: 'Open sockets; one more is answered 503.',
    parse: integer(1, 1_000_000),
    default: '20000',
  },
  requestsMax: {
    env: 'GATEWAY_REQUESTS_MAX',
    about: 'HTTP requests at the same time; one more is answered 503.',
    parse: integer(1, 100_000),
    default: '64',
  },
  bodyMebibytesMax: {
    env: 'GATEWAY_BODY_MEBIBYTES_MAX',
    about: 'Largest body of an HTTP request, in MiB.',
    parse: integer(1, 64),
    default: '4',
  },
  unreadKibibytesMax: {
    env: 'GATEWAY_UNREAD_KIBIBYTES_MAX',
    about: 'Answers a device leaves unread, in KiB, before its socket is cut.',
    parse: integer(1, 1_000_000),
    default: '1024',
  },
  drainS: {
    env: 'GATEWAY_DRAIN_S',
    about: 'Seconds a stopping gateway waits for frames in flight.',
    parse: number(0, 600),
    default: '10',
  },
} as const;

export type GatewaySettings = SettingsOf<typeof gatewaySettings>;

/** What `main.ts` needs besides, to run this service alone. */
export const aloneSettings = {
  busUrl: processSettings.busUrl,
  stateUrl: processSettings.stateUrl,
  logLevel: processSettings.logLevel,
  ...healthSettings('9081'),
} as const;

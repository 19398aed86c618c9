import type { IncomingMessage } from 'node:http';
import { recordKey, vehicleId } from '@outrider/domain';
import { decodeStrictJson, type Log } from '@outrider/runtime';
import { type WebSocket, WebSocketServer } from 'ws';
import { z } from 'zod';
import type { ApiContext } from '../context.ts';
import { authenticate, HELPER_ROLES, OWNER_ROLES, type Principal, shownByUpgrade } from '../credentials.ts';
import { ApiError, refuseRaw, toApiError } from '../errors.ts';
import type { Feed } from '../live/feed.ts';
import type { Hub } from '../live/hub.ts';
import { readCursor } from '../live/messages.ts';
import type { NeedsWatch } from '../live/needs-watch.ts';
import { isOurs } from '../own-origin.ts';
import { type ApiServer, answers } from '../server.ts';
import { cancelOwn } from './commands.ts';
import { recordShown } from './feedback.ts';

const LIVE_PATH = '/v1/live';
/** What a page may say is short. */
const CLIENT_BYTES_MAX = 4 * 1024;
const RECEIPTS_WAITING_MAX = 100;
const PROTOCOL = 'outrider.v1';
const HOUR_MS = 3_600_000;
const hoursText = z.string().regex(/^([1-9]|1\d|2[0-4])$/, '1 to 24');
const BAD_MESSAGE_CLOSE = 4400;
const TOO_MANY_CLOSE = 4429;

const said = z.union([
  z.strictObject({ shown: recordKey }),
  z.strictObject({ cancel: z.strictObject({ vehicleId, commandId: recordKey }) }),
]);
type Said = z.infer<typeof said>;

interface Live {
  readonly hub: Hub;
  readonly needs: NeedsWatch;
  readonly log: Log;
}

/** Live feeds: upgrades checked before a socket is opened, receipts taken, feeds handed to the hub. */
export interface LiveSockets {
  /** No more feeds; those open are told and closed. */
  close(): void;
}

export function liveRoutes(server: ApiServer, context: ApiContext, live: Live): LiveSockets {
  documentLive(server);
  const sockets = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: CLIENT_BYTES_MAX,
    // The token is offered as a protocol: answer with the other one, so that it is not said back.
    handleProtocols: (offered) => (offered.has(PROTOCOL) ? PROTOCOL : ([...offered][0] ?? false)),
  });
  let isOpen = true;

  server.server.on('upgrade', (request, socket, head) => {
    socket.on('error', () => socket.destroy());
    admit(context, live.hub, request, isOpen)
      .then((admitted) =>
        sockets.handleUpgrade(request, socket, head, (opened) => serveFeed(context, live, opened, admitted)),
      )
      .catch((error: unknown) => {
        const refusal = toApiError(error);
        if (refusal.code === 'internal') live.log.error({ err: String(error) }, 'an upgrade failed');
        refuseRaw(socket, refusal);
      });
  });

  return {
    close() {
      isOpen = false;
      live.hub.closeAll();
    },
  };
}

/** Helpers too: with a part in a car they are told of its warnings. */
const LISTENER_ROLES = [...OWNER_ROLES, ...HELPER_ROLES];

/** In the OpenAPI document, and an answer for who asks without upgrading. */
function documentLive(server: ApiServer): void {
  server.get(
    LIVE_PATH,
    {
      config: { roles: LISTENER_ROLES },
      schema: {
        tags: ['live'],
        summary: 'WebSocket: notifications, forecasts, alerts and commands as they come',
        description:
          'Authenticate with `Authorization: Bearer …` or, from a browser, with the subprotocols `outrider.v1, bearer.<token>` or the cookie of a session. ' +
          'Each message is `{type, cursor, at, …}` with type hello, notification, forecast, alert or command, with `?needs=1` also need and places, `at` being the time here. ' +
          'Reopen with `?after=<cursor>` to be told what was missed; ids tell repeats apart. ' +
          'Send `{"shown":"<notificationId>"}` when a notification was seen, and ' +
          '`{"cancel":{"vehicleId":"…","commandId":"…"}}` when the owner no longer wants a command.',
        querystring: z.strictObject({
          after: z
            .string()
            .max(20)
            .optional()
            .describe('The `cursor` of a message: what was missed since then is told first.'),
          hours: hoursText
            .optional()
            .describe('Without `after`: notifications of so many hours are told first; absent: none.'),
          needs: z
            .literal('1')
            .optional()
            .describe('Crew and operators: steps of warnings, and where the cars are that need help.'),
        }),
        response: answers({ 101: z.undefined().describe('The feed is open.') }),
      },
    },
    async () => {
      throw new ApiError('upgrade-required');
    },
  );
}

interface Admitted {
  readonly principal: Principal;
  readonly afterMs: number | undefined;
  /** Who needs help is told as well. */
  readonly isWatching: boolean;
}

/** @throws ApiError when no feed may be opened */
async function admit(
  context: ApiContext,
  hub: Hub,
  request: IncomingMessage,
  isOpen: boolean,
): Promise<Admitted> {
  // In front, not as a base: a path of `//` would be read as a host.
  const url = URL.parse(`http://api${request.url}`);
  if (url?.pathname !== LIVE_PATH) throw new ApiError('not-found');
  const { allowedOrigins, publicUrl } = context.settings;
  const { origin } = request.headers;
  // Programs send none. A page of somebody else's must not use a token it found.
  if (origin !== undefined && !allowedOrigins.includes(origin) && !isOurs(origin, request, publicUrl))
    throw new ApiError('origin-refused');
  const shown = shownByUpgrade(request, publicUrl);
  const principal = await authenticate(context.state, shown, context.realClock.nowMs());
  if (principal === undefined) throw new ApiError('not-authenticated');
  if (!(LISTENER_ROLES as readonly string[]).includes(principal.role)) throw new ApiError('role-may-not');
  if (!isOpen || hub.size >= context.settings.liveSocketsMax) throw new ApiError('unavailable');
  const isWatching = url.searchParams.get('needs') === '1';
  if (isWatching && !(HELPER_ROLES as readonly string[]).includes(principal.role))
    throw new ApiError('role-may-not');
  return { principal, isWatching, afterMs: missedSince(url.searchParams, context.eventClock.nowMs()) };
}

/** From when on a feed that opens is told what it missed, epoch milliseconds; undefined: nothing. */
function missedSince(query: URLSearchParams, nowMs: number): number | undefined {
  const after = query.get('after');
  const hours = query.get('hours');
  if (after === null && hours !== null) {
    if (!hoursText.safeParse(hours).success) throw wrongQuery('hours', 'is not 1 to 24');
    return nowMs - Number(hours) * HOUR_MS;
  }
  const afterMs = after === null ? undefined : readCursor(after);
  if (after !== null && afterMs === undefined) throw wrongQuery('after', 'is not a cursor of this feed');
  return afterMs;
}

const wrongQuery = (path: string, message: string): ApiError =>
  new ApiError('invalid', 'The query is not as documented.', [{ path, message }]);

function serveFeed(
  context: ApiContext,
  { hub, needs, log }: Live,
  socket: WebSocket,
  { principal, afterMs, isWatching }: Admitted,
): void {
  const feed: Feed = { principal, socket, rights: new Map(), parts: new Map(), isAlive: true };
  // One receipt at a time, and few waiting: a page that floods is closed.
  let work: Promise<void> = Promise.resolve();
  let waiting = 0;
  const fail = (error: unknown): void => {
    log.warn({ err: String(error) }, 'a live feed failed');
    socket.close(1011, 'internal');
  };
  // A frame that breaks the protocol or the size limit: ws closes with the right code by itself.
  socket.on('error', () => undefined);
  socket.on('close', () => {
    hub.leave(feed);
    needs.leave(feed);
  });
  socket.on('pong', () => {
    feed.isAlive = true;
  });
  socket.on('message', (data, isBinary) => {
    const heard = isBinary ? undefined : readSaid(data as Buffer);
    if (heard === undefined) return socket.close(BAD_MESSAGE_CLOSE, 'invalid');
    waiting += 1;
    if (waiting > RECEIPTS_WAITING_MAX) return socket.close(TOO_MANY_CLOSE, 'too many receipts at once');
    work = work
      .then(() => take(context, principal, heard))
      // Somebody else's, or long gone: nothing to tell the page, and no reason to close it.
      .catch((error: unknown) => (error instanceof ApiError ? undefined : fail(error)))
      .finally(() => {
        waiting -= 1;
      });
  });
  hub
    .join(feed, afterMs)
    .then(() => (isWatching && socket.readyState === socket.OPEN ? needs.join(feed) : undefined))
    .catch(fail);
}

const take = (context: ApiContext, principal: Principal, heard: Said): Promise<void> =>
  'shown' in heard
    ? recordShown(context, principal.personId, heard.shown)
    : cancelOwn(context, principal, heard.cancel);

function readSaid(data: Buffer): Said | undefined {
  const decoded = decodeStrictJson(data);
  return decoded.kind === 'value' ? said.safeParse(decoded.value).data : undefined;
}

import { type Answer, type ScriptedServer, scriptedServer } from './scripted-server.fixture.ts';

export const SLACK_TOKEN = 'xoxb-1234567890-abcdef';
export const SLACK_CHANNEL = 'C0123456789';

interface Text {
  readonly type: 'plain_text' | 'mrkdwn';
  readonly text: string;
}

interface Fields {
  readonly channel: string;
  readonly ts?: string;
  readonly text?: string;
  readonly blocks?: readonly {
    readonly type: string;
    readonly text?: Text;
    readonly elements?: readonly (
      | Text
      | { readonly type: 'button'; readonly value: string; readonly text: Text }
    )[];
  }[];
}

/** As people see it in the channel. */
export interface SlackMessage {
  readonly ts: string;
  readonly header: string;
  readonly text: string;
  /** What its button would send; undefined where there is none. */
  readonly button: string | undefined;
  /** Small, under the rest. */
  readonly note: string | undefined;
}

export interface FakeSlack extends ScriptedServer {
  /** What the channel shows, oldest first. */
  channel(): readonly SlackMessage[];
  /** Somebody deletes a message. */
  deleteByHand(ts: string): void;
}

export const no = (error: string): Answer => ({ status: 200, body: { ok: false, error } });
const BOUNDS: Readonly<Record<string, number>> = { header: 150, section: 3_000 };

/** Slack's Web API with one app in one channel. */
export async function fakeSlack(): Promise<FakeSlack> {
  const shown = new Map<string, SlackMessage>();
  let given = 0;
  const shownOf = (ts: string, { text = '', blocks = [] }: Fields): SlackMessage => {
    const of = (wanted: string) => blocks.find(({ type }) => type === wanted);
    const elements = blocks.flatMap((block) => block.elements ?? []);
    const button = elements.find((one) => one.type === 'button');
    const note = elements.find((one) => one.type === 'plain_text');
    return {
      ...{ ts, header: of('header')?.text?.text ?? '', text: of('section')?.text?.text ?? text },
      ...{ button: button?.value, note: typeof note?.text === 'string' ? note.text : undefined },
    };
  };
  const done = (ts: string): Answer => ({ status: 200, body: { ok: true, channel: SLACK_CHANNEL, ts } });
  const isBad = ({ blocks = [] }: Fields) =>
    blocks.some(
      ({ type, text }) => text !== undefined && (text.text === '' || text.text.length > (BOUNDS[type] ?? 0)),
    );
  const METHODS: Readonly<Record<string, (fields: Fields) => Answer>> = {
    'chat.postMessage'(fields) {
      if (!fields.text) return no('no_text');
      if (isBad(fields)) return no('invalid_blocks');
      given += 1;
      const ts = `1769176800.${String(given).padStart(6, '0')}`;
      shown.set(ts, shownOf(ts, fields));
      return done(ts);
    },
    'chat.update'(fields) {
      if (!shown.has(fields.ts ?? '')) return no('message_not_found');
      if (isBad(fields)) return no('invalid_blocks');
      shown.set(fields.ts ?? '', shownOf(fields.ts ?? '', fields));
      return done(fields.ts ?? '');
    },
    'chat.delete': ({ ts = '' }) => (shown.delete(ts) ? done(ts) : no('message_not_found')),
  };
  const server = await scriptedServer(
    ({ path, headers, body }) => {
      if (headers.authorization !== `Bearer ${SLACK_TOKEN}`) return no('invalid_auth');
      const fields: Fields = JSON.parse(body.toString());
      if (fields.channel !== SLACK_CHANNEL) return no('channel_not_found');
      return METHODS[path.replace('/api/', '')]?.(fields) ?? no('unknown_method');
    },
    ({ path }) => !path.endsWith('chat.delete'),
  );
  return { ...server, channel: () => [...shown.values()], deleteByHand: (ts) => void shown.delete(ts) };
}

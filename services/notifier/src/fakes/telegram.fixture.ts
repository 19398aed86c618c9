import { type Answer, type ScriptedServer, scriptedServer } from './scripted-server.fixture.ts';

export const BOT_TOKEN = '110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw';
export const CHAT_ID = '42';

/** As the person sees it in their chat. */
export interface TelegramMessage {
  readonly message_id: number;
  readonly text: string;
  readonly bold: string;
  /** It made no sound. */
  readonly isQuiet: boolean;
}

export interface FakeTelegram extends ScriptedServer {
  /** What the chat shows, oldest first. */
  chat(): readonly TelegramMessage[];
  /** Its owner deletes a message. */
  deleteByHand(messageId: number): void;
}

const refuse = (status: number, description: string, parameters?: object): Answer => ({
  status,
  body: { ok: false, error_code: status, description, ...(parameters && { parameters }) },
});
export const BLOCKED = refuse(403, 'Forbidden: bot was blocked by the user');
export const FLOODED = refuse(429, 'Too Many Requests: retry after 7', { retry_after: 7 });

interface Fields {
  readonly chat_id: string | number;
  readonly message_id?: number;
  readonly text?: string;
  readonly entities?: readonly { readonly type: string; readonly offset: number; readonly length: number }[];
  readonly disable_notification?: boolean;
}

/** The Bot API with one bot and one private chat. */
export async function fakeTelegram(): Promise<FakeTelegram> {
  const chat = new Map<number, TelegramMessage>();
  let given = 100;
  const done = (result: unknown): Answer => ({ status: 200, body: { ok: true, result } });
  const shownOf = (message_id: number, { text = '', entities = [], disable_notification }: Fields) => {
    const bold = entities.find(({ type }) => type === 'bold');
    const said = bold === undefined ? '' : text.slice(bold.offset, bold.offset + bold.length);
    return { message_id, text, bold: said, isQuiet: disable_notification === true };
  };
  const METHODS: Readonly<Record<string, (fields: Fields) => Answer>> = {
    sendMessage(fields) {
      if (!fields.text) return refuse(400, 'Bad Request: message text is empty');
      if (fields.text.length > 4_096) return refuse(400, 'Bad Request: message is too long');
      given += 1;
      chat.set(given, shownOf(given, fields));
      return done({ message_id: given, chat: { id: Number(CHAT_ID), type: 'private' }, text: fields.text });
    },
    editMessageText(fields) {
      const before = chat.get(fields.message_id ?? 0);
      if (before === undefined) return refuse(400, 'Bad Request: message to edit not found');
      if (before.text === fields.text)
        return refuse(400, 'Bad Request: message is not modified: the new text is the same');
      chat.set(before.message_id, { ...shownOf(before.message_id, fields), isQuiet: before.isQuiet });
      return done({ message_id: before.message_id });
    },
    deleteMessage: ({ message_id = 0 }) =>
      chat.delete(message_id) ? done(true) : refuse(400, 'Bad Request: message to delete not found'),
  };
  const server = await scriptedServer(
    ({ path, body }) => {
      const [, token, method = ''] = /^\/bot([^/]+)\/(\w+)$/.exec(path) ?? [];
      if (token !== BOT_TOKEN) return refuse(401, 'Unauthorized');
      const fields: Fields = JSON.parse(body.toString());
      if (String(fields.chat_id) !== CHAT_ID) return refuse(400, 'Bad Request: chat not found');
      return METHODS[method]?.(fields) ?? refuse(404, 'Not Found');
    },
    ({ path }) => !path.endsWith('/deleteMessage'),
  );
  return { ...server, chat: () => [...chat.values()], deleteByHand: (id) => void chat.delete(id) };
}

import { type Call, type ScriptedServer, scriptedServer } from './scripted-server.fixture.ts';

export const ACCOUNT = 'AC00000000000000000000000000000001';
export const AUTH_TOKEN = 'a token/with: signs';

export interface SmsFields {
  readonly To?: string;
  readonly From?: string;
  readonly MessagingServiceSid?: string;
  readonly Body?: string;
  readonly ValidityPeriod?: string;
  readonly StatusCallback?: string;
}

/** A text that the provider took, as its form fields. */
export interface TakenSms {
  readonly sid: string;
  readonly fields: SmsFields;
  status: string;
  /** RFC 2822, real time. */
  dateCreated: string;
}

export interface FakeTwilio extends ScriptedServer {
  readonly texts: readonly TakenSms[];
  /** With account and secret, as the setting has it. */
  readonly accountUrl: string;
}

/** Twilio's Messages resource, 2010-04-01: POST takes a text, GET lists those to a number, newest first. */
export async function fakeTwilio(nowMs: () => number): Promise<FakeTwilio> {
  const texts: TakenSms[] = [];
  const path = `/2010-04-01/Accounts/${ACCOUNT}/Messages.json`;
  const basic = `Basic ${Buffer.from(`${ACCOUNT}:${AUTH_TOKEN}`).toString('base64')}`;
  const provider = (call: Call) => {
    const url = new URL(call.path, 'http://localhost');
    if (call.headers.authorization !== basic)
      return { status: 401, body: { code: 20003, message: 'Authenticate', status: 401 } };
    if (url.pathname !== path) return { status: 404, body: { code: 20404, status: 404 } };
    if (call.method === 'GET') {
      const to = url.searchParams.get('To');
      const messages = texts.filter(({ fields }) => fields.To === to).map(viewOf);
      return { status: 200, body: { messages: messages.toReversed(), page: 0 } };
    }
    const fields: SmsFields = Object.fromEntries(new URLSearchParams(call.body.toString()));
    const sid = `SM${String(texts.length).padStart(32, '0')}`;
    texts.push({ sid, fields, status: 'queued', dateCreated: new Date(nowMs()).toUTCString() });
    return { status: 201, body: { sid, status: 'queued', body: fields.Body, to: fields.To } };
  };
  const server = await scriptedServer(provider, ({ method }) => method === 'POST');
  const secret = encodeURIComponent(AUTH_TOKEN);
  return { ...server, texts, accountUrl: server.url.replace('//', `//${ACCOUNT}:${secret}@`) };
}

const viewOf = ({ sid, fields, status, dateCreated }: TakenSms) => ({
  sid,
  to: fields.To ?? '',
  from: fields.From ?? '',
  body: fields.Body ?? '',
  status,
  date_created: dateCreated,
  date_sent: null,
});

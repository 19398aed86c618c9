import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { Clock } from '@outrider/runtime';
import PostalMime from 'postal-mime';
import { SMTPServer } from 'smtp-server';

/** A mail as its reader sees it. */
export interface Mail {
  /** Event time at which the server took it. */
  readonly atMs: number;
  readonly messageId: string;
  readonly alertId: string;
  readonly from: string;
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  /** As it came over the wire. */
  readonly raw: string;
}

/** A real mail server on loopback that keeps every mail and delivers none. */
export interface Mailbox {
  readonly url: string;
  readonly mails: readonly Mail[];
  close(): Promise<void>;
}

export async function openMailbox(eventClock: Clock): Promise<Mailbox> {
  const mails: Mail[] = [];
  const server = new SMTPServer({
    // Loopback, for the length of one replay: no TLS, no password.
    disabledCommands: ['AUTH', 'STARTTLS'],
    logger: false,
    onData(stream, _session, done) {
      keep(stream, eventClock.nowMs()).then(
        (mail) => {
          mails.push(mail);
          done();
        },
        (error: Error) => done(error),
      );
    },
  });
  server.listen(0, '127.0.0.1');
  await once(server.server, 'listening');
  const { port } = server.server.address() as AddressInfo;
  return {
    url: `smtp://127.0.0.1:${port}`,
    mails,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

async function keep(stream: AsyncIterable<Buffer>, atMs: number): Promise<Mail> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  const raw = Buffer.concat(chunks);
  const mail = await PostalMime.parse(raw);
  const header = (name: string) => mail.headers.find(({ key }) => key === name)?.value ?? '';
  return {
    atMs,
    messageId: mail.messageId ?? '',
    alertId: header('x-outrider-alert'),
    from: mail.from?.address ?? '',
    to: mail.to?.[0]?.address ?? '',
    subject: mail.subject ?? '',
    text: (mail.text ?? '').trim(),
    raw: raw.toString('utf8'),
  };
}

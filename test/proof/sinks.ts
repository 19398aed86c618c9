import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net';
import { z } from 'zod';

const webhookBody = z.object({ data: z.object({ alertId: z.string() }) });

/** Something that left the server: a mail or a webhook call, by the id its reader tells repeats from. */
export interface Sent {
  readonly channel: 'email' | 'webhook';
  readonly notificationId: string;
  readonly alertId: string;
  /** The address of the mail, or the path that was called. */
  readonly to: string;
}

/** A mail server and a web server on loopback that count what they are handed. */
export interface Sinks {
  readonly smtpUrl: string;
  readonly webhookUrl: string;
  readonly sent: readonly Sent[];
  close(): Promise<void>;
}

/** @param onArrival hears of each before it is answered */
export async function openSinks(onArrival: (sent: Sent) => void = () => {}): Promise<Sinks> {
  const sent: Sent[] = [];
  const keep = (one: Sent) => {
    sent.push(one);
    onArrival(one);
  };
  const sockets = new Set<Socket>();
  const http = createHttpServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (text: string) => {
      body += text;
    });
    request.on('end', () => {
      // Counted before the answer, so that nothing the server believes to be told is missing here.
      const notificationId = String(request.headers['webhook-id']);
      const { alertId } = webhookBody.parse(JSON.parse(body)).data;
      keep({ channel: 'webhook', notificationId, alertId, to: request.url ?? '' });
      response.writeHead(204).end();
    });
    request.on('error', () => undefined);
  });
  const smtp = createTcpServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => undefined);
    speakSmtp(socket, (mail) => {
      const id = /^message-id:\s*<([^@>]+)@/im.exec(mail)?.[1];
      const alertId = /^x-outrider-alert:\s*(\S+)/im.exec(mail)?.[1] ?? 'without-alert';
      const to = /^to:\s*<?([^>\s]+)/im.exec(mail)?.[1] ?? 'nobody';
      keep({ channel: 'email', notificationId: id ?? 'without-message-id', alertId, to });
    });
  });
  http.listen(0, '127.0.0.1');
  smtp.listen(0, '127.0.0.1');
  await Promise.all([once(http, 'listening'), once(smtp, 'listening')]);
  const portOf = (server: { address(): unknown }) => (server.address() as AddressInfo).port;
  return {
    smtpUrl: `smtp://127.0.0.1:${portOf(smtp)}`,
    webhookUrl: `http://127.0.0.1:${portOf(http)}/hook`,
    sent,
    async close() {
      for (const socket of sockets) socket.destroy();
      http.closeAllConnections();
      await Promise.all([closed(http), closed(smtp)]);
    },
  };
}

const closed = (server: { close(done: () => void): unknown }): Promise<void> =>
  new Promise((resolve) => server.close(() => resolve()));

/** As much of SMTP as a client needs that is not asked for a password. */
function speakSmtp(socket: Socket, keep: (mail: string) => void): void {
  let unread = '';
  let mail: string[] | undefined;
  const answer = (text: string) => socket.write(`${text}\r\n`);
  const take = (line: string): void => {
    if (mail !== undefined) {
      if (line !== '.') return void mail.push(line);
      keep(mail.join('\n'));
      mail = undefined;
      answer('250 kept');
    } else if (/^data/i.test(line)) {
      mail = [];
      answer('354 go on');
    } else if (/^quit/i.test(line)) {
      answer('221 bye');
      socket.end();
    } else answer('250 ok');
  };
  socket.setEncoding('utf8');
  socket.on('data', (text: string) => {
    unread += text;
    const lines = unread.split('\r\n');
    unread = lines.pop() ?? '';
    for (const line of lines) take(line);
  });
  answer('220 loopback');
}

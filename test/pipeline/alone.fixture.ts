import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { ROOT } from '../repository/files.ts';

// Single services as processes of their own, as their READMEs start them.

/** A service that runs alone on `./data` of a folder. */
export interface AloneProcess {
  readonly child: ChildProcess;
  /** Everything it says, once it said `word`. @throws when it ends before, or says nothing of it in time */
  heard(word: string): Promise<string>;
  /** A field of the line that its log wrote with this message. */
  logged(message: string, field: string): Promise<unknown>;
  /** `http://host:port` for health and metrics. */
  health(): Promise<string>;
  /** Sum over the samples of a counter that `labels` fits; 0 while there is none. */
  counted(name: string, labels?: RegExp): Promise<number>;
  /** Exit code and signal, once all it said was heard. */
  readonly ended: Promise<readonly unknown[]>;
  /** SIGTERM, and what came of it. */
  end(): Promise<readonly unknown[]>;
}

const DEADLINE_MS = 15_000;

export function startAlone(
  service: string,
  folder: string,
  environment: Readonly<Record<string, string>> = {},
): AloneProcess {
  const child = spawn(process.execPath, [join(ROOT, 'scripts/service.ts'), service], {
    cwd: folder,
    env: { GATEWAY_PORT: '0', API_PORT: '0', HEALTH_PORT: '0', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = once(child, 'close');
  let text = '';
  const listeners = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
      for (const listen of listeners) listen();
    });
  const heard = async (word: string): Promise<string> => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const listen = (): void => {
      if (text.includes(word)) resolve();
    };
    listeners.add(listen);
    listen();
    const tooLate = once(AbortSignal.timeout(DEADLINE_MS), 'abort');
    await Promise.race([promise, ended, tooLate]);
    listeners.delete(listen);
    if (!text.includes(word)) throw new Error(`services/${service} did not say "${word}":\n${text}`);
    return text;
  };
  const logged = async (message: string, field: string): Promise<unknown> => {
    const lines = (await heard(`"msg":"${message}"`)).split('\n');
    const line = lines.find((one) => one.includes(`"msg":"${message}"`)) ?? '{}';
    return (JSON.parse(line) as Record<string, unknown>)[field];
  };
  const health = async (): Promise<string> => {
    await heard('runs alone"');
    const line = text.split('\n').find((one) => one.includes('runs alone"')) ?? '{}';
    return (JSON.parse(line) as { health: string }).health;
  };
  return {
    child,
    ended,
    heard,
    logged,
    health,
    async counted(name, labels = /^/) {
      const answer = await fetch(`${await health()}/metrics`);
      return sumOf(await answer.text(), name, labels);
    },
    async end() {
      child.kill('SIGTERM');
      return ended;
    },
  };
}

function sumOf(metrics: string, name: string, labels: RegExp): number {
  const samples = metrics.matchAll(new RegExp(`^${name}(\\{[^}]*\\})? (\\S+)$`, 'gm'));
  return [...samples]
    .filter(([, those]) => labels.test(those ?? ''))
    .reduce((sum, [, , value]) => sum + Number(value), 0);
}

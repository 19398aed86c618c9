import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Sabotage } from './sabotage.ts';

export interface ChildOptions {
  readonly folder: string;
  /** Moves both clocks: a process that begins later finds the leases of the dead over. */
  readonly shiftMs: number;
  readonly smtpUrl: string;
  /** Ends once nothing waits any more, instead of working on. */
  readonly endsWhenDone: boolean;
  readonly sabotage?: Sabotage;
}

export const urlsIn = (folder: string) => ({
  bus: `sqlite:${join(folder, 'bus.db')}`,
  state: `sqlite:${join(folder, 'state.db')}`,
});

const children = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of children) child.kill('SIGKILL');
});

const END_DEADLINE_MS = 120_000;

/** A notifier as a process of its own. */
export interface NotifierProcess {
  /** It takes alerts. Also resolves when it is gone. */
  readonly ready: Promise<void>;
  /** kill -9, wherever it is. */
  kill(): void;
  /** Resolves when it is gone, however. @throws when it was not killed and ended with an error, or never ends */
  ended(): Promise<void>;
}

export function startNotifier(options: ChildOptions): NotifierProcess {
  const child = spawn(
    process.execPath,
    [join(import.meta.dirname, 'notifier.child.ts'), JSON.stringify(options)],
    { stdio: ['pipe', 'pipe', 'pipe'] },
  );
  children.add(child);
  const gone = once(child, 'exit').then(() => children.delete(child));
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = `${said}${text}`.slice(-5_000);
  });
  const ready = once(createInterface({ input: child.stdout }), 'line');
  return {
    ready: Promise.race([ready, gone]).then(() => undefined),
    kill: () => void child.kill('SIGKILL'),
    async ended() {
      const timer = setTimeout(() => child.kill('SIGABRT'), END_DEADLINE_MS);
      await gone;
      clearTimeout(timer);
      if (child.signalCode !== 'SIGKILL' && child.exitCode !== 0)
        throw new Error(`a notifier ended with ${child.exitCode ?? child.signalCode}: ${said}`);
    },
  };
}

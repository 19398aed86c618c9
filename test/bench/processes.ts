import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

// Processes of a measurement. Each is told once, as JSON, says once when it is ready, and answers questions.

export interface Child<Ready> {
  /** What it said when it was ready. */
  readonly ready: Ready;
  /** One question at a time. @throws when the process ends before it answers */
  ask<T>(question: string): Promise<T>;
  stop(): Promise<void>;
}

const READY_MS = 60_000;
const END_MS = 15_000;

/** Starts `<name>.child.ts` beside this file. @throws with its exit code when it ends before it is ready */
export async function startChild<Ready>(name: string, told: object): Promise<Child<Ready>> {
  const child = fork(join(import.meta.dirname, `${name}.child.ts`), [JSON.stringify(told)], {
    execArgv: ['--expose-gc', ...profiled(name)],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const end = () => child.kill('SIGKILL');
  process.once('exit', end);
  child.once('exit', () => process.off('exit', end));
  const ready = await answerOf<Ready>(child, name, READY_MS);
  return {
    ready,
    async ask<T>(question: string) {
      child.send(question);
      return answerOf<T>(child, name, 180_000);
    },
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = once(child, 'exit');
      const timer = setTimeout(() => child.kill('SIGKILL'), END_MS);
      child.send('stop');
      await gone;
      clearTimeout(timer);
    },
  };
}

/** `BENCH_PROFILE=gateway,ingest` writes a CPU profile of those processes into the folder it is run in. */
const profiled = (name: string): readonly string[] =>
  process.env.BENCH_PROFILE?.split(',').includes(name)
    ? ['--cpu-prof', `--cpu-prof-name=${name}.cpuprofile`]
    : [];

async function answerOf<T>(child: ChildProcess, name: string, limitMs: number): Promise<T> {
  const answer = Promise.withResolvers<T>();
  const onEnd = (code: number | null) => answer.reject(new Error(`${name} ended with ${code}`));
  const timer = setTimeout(() => answer.reject(new Error(`${name} does not answer`)), limitMs);
  child.once('message', (said) => answer.resolve(said as T));
  child.once('exit', onEnd);
  try {
    return await answer.promise;
  } finally {
    clearTimeout(timer);
    child.off('exit', onEnd);
  }
}

/** For the other side: says that it is ready, answers each question, and ends when it is told to. */
export function serveParent(
  ready: object,
  answers: Readonly<Record<string, () => object | Promise<object>>>,
  stop: () => Promise<void>,
): void {
  process.on('message', async (question: string) => {
    if (question === 'stop') {
      await stop();
      process.exit(0);
    }
    process.send?.((await answers[question]?.()) ?? {});
  });
  process.once('disconnect', () => process.exit(1));
  process.send?.(ready);
}

/** CPU time of this process so far, in µs. */
export function ownCpuUs(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}

export const median = (figures: readonly number[]): number => {
  const sorted = figures.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  return sorted.length % 2 === 1
    ? (sorted[Math.floor(middle)] as number)
    : ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2;
};

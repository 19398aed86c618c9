import type { Readiness } from './app.ts';
import type { Clock } from './clock.ts';

/** A log, a series or a state store as readiness sees it. */
export interface Pingable {
  /** Rejects when it does not answer. */
  ping(): Promise<void>;
}

/** An orchestrator asks again after seconds, and gives up on an answer after a few. */
const ANSWER_MS = 2_000;

/** Asks the engines of a process whether they answer. */
export interface EngineWatch {
  /** `name` as in "the log does not answer". */
  add(name: string, engine: Pingable): void;
  /** Ready when all answer within 2 s; never rejects. However often it is asked, an engine has one question at a time. */
  readiness(): Promise<Readiness>;
}

export function createEngineWatch(realClock: Pick<Clock, 'sleep'>): EngineWatch {
  const engines = new Map<string, Pingable>();
  const asked = new Map<string, Promise<string | undefined>>();

  /** What is wrong with it, if anything is. */
  const ask = (name: string, engine: Pingable): Promise<string | undefined> => {
    const answer = engine
      .ping()
      .then(
        () => undefined,
        () => `${name} does not answer`,
      )
      .finally(() => asked.delete(name));
    asked.set(name, answer);
    return answer;
  };
  const answerOf = async ([name, engine]: readonly [string, Pingable]): Promise<string | undefined> => {
    const answer = asked.get(name) ?? ask(name, engine);
    const answered = new AbortController();
    const late = realClock
      .sleep(ANSWER_MS, answered.signal)
      .then(() => `${name} does not answer within ${ANSWER_MS / 1_000} s`);
    try {
      return await Promise.race([answer, late]);
    } finally {
      answered.abort();
    }
  };
  return {
    add: (name, engine) => void engines.set(name, engine),
    async readiness() {
      const problems = await Promise.all([...engines].map(answerOf));
      const why = problems.find((problem) => problem !== undefined);
      return why === undefined ? { ready: true } : { ready: false, why };
    },
  };
}

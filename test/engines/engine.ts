/** A kind of engine whose real server this machine can start, and the tests to run against it. */
export interface Engine {
  /** As `--only` names it. */
  readonly name: string;
  /** Test files, `*.engine.ts`, from the repository's root. They find the server's address with `inject('engines')`. */
  readonly files: readonly string[];
  /** For an engine that takes too long to get for every run: why it is not there, and how it would be. */
  readonly missing?: () => string | undefined;
  /** Ways to break a promise on purpose, and what each does. With any of them its tests must fail, or they prove nothing. */
  readonly sabotages?: Readonly<Record<string, string>>;
  /**
   * Starts the server with its data in `folder`.
   * @throws with the command that would help when it is not installed and cannot be
   */
  start(folder: string): Promise<StartedEngine>;
}

export interface StartedEngine {
  readonly version: string;
  /** What the tests get under the engine's name: URLs and logins. */
  readonly addresses: Readonly<Record<string, string>>;
  /** Stops it and everything it started. */
  stop(): Promise<void>;
}

declare module 'vitest' {
  interface ProvidedContext {
    /** By engine: its addresses. */
    engines: Readonly<Record<string, Readonly<Record<string, string>>>>;
    /** What `--sabotage` names; empty without. */
    sabotage: string;
  }

  interface TaskMeta {
    /** What a proof counted; it stands beside the test's result under `--out`. */
    ledger?: Readonly<Record<string, number>>;
  }
}

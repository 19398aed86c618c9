/** What must not be written, where it may be all the same, and what to write instead. */
export interface Ban {
  readonly name: string;
  readonly pattern: RegExp;
  /** Path patterns; empty means nowhere. */
  readonly allowedIn: readonly RegExp[];
  readonly use: string;
  /** Something the pattern must find: proof that the ban can bite. */
  readonly planted: string;
}

const MAIN = /^services\/[^/]+\/src\/main\.ts$/;
/** The page's one place for the browser's clock, timers and chance. */
const BROWSER = /^services\/dashboard\/src\/browser\.ts$/;
const SETUP = /^scripts\/setup\.mjs$/;
/** Command lines that start processes and measure them in real time. */
const COMMANDS =
  /^(infra\/native\/|test\/((bench|browser|ci|cluster|crash|engines|fleet-telemetry|outbox|robustness|valhalla)\/|(accuracy\/main|proof\/run-proof)\.ts$))/;
/** Programs that tests start and kill. */
const CHILD = /\.child\.ts$/;

export const CODE_BANS: readonly Ban[] = [
  {
    name: 'the clock',
    pattern: /\bDate\.now\b|\bnew Date\(\)/,
    allowedIn: [/^packages\/runtime\/src\/clock\.ts$/, BROWSER],
    use: 'a Clock, or a moment as an argument',
    planted: 'const now = Date.now();',
  },
  {
    name: 'a stopwatch',
    pattern: /\bperformance\.now\b|\bhrtime\b/,
    allowedIn: [COMMANDS],
    use: 'the real Clock that was injected',
    planted: 'const start = performance.now();',
  },
  {
    name: 'timers',
    pattern: /\b(setTimeout|setInterval)\b/,
    allowedIn: [/^packages\/runtime\/src\/clock\.ts$/, BROWSER, MAIN, CHILD, COMMANDS],
    use: 'the Clock: it can be moved by a test and aborted',
    planted: 'setTimeout(resolve, 10);',
  },
  {
    name: 'chance',
    pattern: /\bMath\.random\b|\brandomUUID\b/,
    allowedIn: [/^packages\/runtime\/src\/(id|random)\.ts$/, BROWSER],
    use: 'an injected source, or newId of @outrider/runtime',
    planted: 'const jitter = Math.random();',
  },
  {
    name: 'the environment',
    pattern: /\bprocess\.env\b/,
    allowedIn: [MAIN, SETUP, COMMANDS],
    use: 'settings: they have a name, a meaning, a default and a row in a table',
    planted: "const url = process.env['URL'];",
  },
  {
    name: 'the end of the process',
    pattern: /\bprocess\.exit\(/,
    allowedIn: [MAIN, SETUP, CHILD, COMMANDS],
    use: 'an error, which main.ts turns into an exit code',
    planted: 'process.exit(1);',
  },
  {
    name: 'the console',
    pattern: /\bconsole\.\w/,
    allowedIn: [MAIN, SETUP, COMMANDS],
    use: 'the log, or the screen of the command line',
    planted: 'console.log(frame);',
  },
  {
    name: 'silenced type errors',
    pattern: /@ts-(ignore|expect-error|nocheck)\b/,
    allowedIn: [],
    use: 'the right type',
    planted: '// @ts-expect-error',
  },
  {
    name: 'silenced lint without a reason',
    pattern: /biome-ignore (?!lint\/[\w/]+: \w+)/,
    allowedIn: [],
    use: 'biome-ignore lint/<rule>: <why>',
    planted: '// biome-ignore lint',
  },
  {
    name: 'tests that do not run, or hide the others',
    pattern: /\b(test|it|describe)(\.\w+)*\.(only|skip|todo|fails)\b|\b[xf](it|describe)\(/,
    allowedIn: [],
    use: 'a test that runs',
    planted: "test.only('a', () => {});",
  },
  {
    name: 'code from text',
    pattern: /\beval\(|\bnew Function\(/,
    allowedIn: [],
    use: 'a parser',
    planted: "eval('1');",
  },
  {
    name: 'what all test files of a worker would see',
    pattern:
      /\bvi\.(\w*[mM]ock\w*|stub\w+|spyOn|useFakeTimers|hoisted)\(|\bprocess\.chdir\(|\bglobalThis\.\w+ = /,
    allowedIn: [SETUP],
    use: 'a fake that is handed over as an argument',
    planted: "vi.stubEnv('A', '1');",
  },
];

/** For every text file, documents and data included. */
export const TEXT_BANS: readonly Ban[] = [
  {
    name: 'notes to self',
    pattern: /\b(TODO|FIXME|XXX|HACK)\b/,
    allowedIn: [],
    use: 'the change itself, or nothing',
    planted: '// TODO: later',
  },
  {
    name: "paths of somebody's machine",
    pattern: /(?<![\w.}/])\/(home|root|work|Users|mnt|workspace)\/\w/,
    allowedIn: [],
    use: 'a path relative to the repository',
    planted: 'see /home/me/notes.md',
  },
  {
    name: 'numbers of tickets',
    pattern: /\bissues? #?\d+\b/i,
    allowedIn: [],
    use: 'the reason itself',
    planted: 'as asked in issue 7',
  },
  {
    name: 'hosts of package registries',
    pattern: /https?:\/\/[\w.-]*(registry|artifactory|nexus|verdaccio)[\w.-]*/i,
    allowedIn: [],
    use: 'nothing: npm asks the registry it was set up with',
    planted: '"resolved": "https://registry.example/zod.tgz"',
  },
];

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A rule about a car that drives, as its owner writes it; `change` replaces a field's whole line. */
export function ruleText(id: string, change: Readonly<Record<string, string>> = {}): string {
  const fields = {
    id,
    about: 'A rule for the tests of folders of rules.',
    owner: 'outrider',
    scope: 'stop',
    when: 'isUnderway && belowReserveProbability >= 0.1',
    levels: '[{ severity: info }, { severity: warning, when: belowReserveProbability >= 0.5 }]',
    for: '60s',
    clear: '{ when: belowReserveProbability < 0.05, for: 60s }',
    unknown: 'hold',
    expiresAfter: '30m',
    message: 'arrival-below-reserve',
    remedies: '[charge-at]',
    ...change,
  };
  return Object.entries(fields)
    .map(([name, value]) => `${name}: ${value}`)
    .join('\n');
}

export interface RuleFolder extends AsyncDisposable {
  readonly path: string;
  /** Writes a file, or takes it away. */
  put(name: string, text: string | null): Promise<void>;
}

/** A folder with these rules, each with its test file. */
export async function ruleFolder(...ids: readonly string[]): Promise<RuleFolder> {
  const path = await mkdtemp(join(tmpdir(), 'outrider-rules-'));
  const put = async (name: string, text: string | null): Promise<void> => {
    if (text === null) await rm(join(path, name));
    else await writeFile(join(path, name), text);
  };
  for (const id of ids) {
    await put(`${id}.yaml`, ruleText(id));
    await put(`${id}.test.yaml`, '[]');
  }
  return { path, put, [Symbol.asyncDispose]: () => rm(path, { recursive: true }) };
}

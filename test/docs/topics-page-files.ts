import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { topicList } from '@outrider/bus';
import { ROOT } from '../repository/files.ts';
import { type Example, topicsPage } from './topics-page.ts';

export const PAGE = join(ROOT, 'packages/bus/TOPICS.md');
const RECORDS = join(ROOT, 'test/agreement/records');

/** The page as it has to be, with the newest example of each topic. */
export function currentPage(): string {
  const examples = new Map<string, Example>();
  for (const file of readdirSync(RECORDS).toSorted())
    examples.set(file.replace(/(-\d+)?\.json$/, ''), JSON.parse(readFileSync(join(RECORDS, file), 'utf8')));
  return topicsPage(topicList, examples);
}

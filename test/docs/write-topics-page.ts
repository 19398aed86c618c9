// Writes packages/bus/TOPICS.md anew: `npx node test/docs/write-topics-page.ts`.
import { writeFileSync } from 'node:fs';
import { currentPage, PAGE } from './topics-page-files.ts';

writeFileSync(PAGE, currentPage());
process.stdout.write(`${PAGE} is written\n`);

// Asks tiles one question and has nothing else to do: it ends, unless an idle thread holds it.
import { systemClock } from '@outrider/runtime';
import { IN_PROCESS_URL, openValhallaTiles } from './valhalla-tiles.ts';

const tiles = openValhallaTiles(process.argv[2] ?? '', systemClock);
const answer = await tiles.fetch(`${IN_PROCESS_URL}/status`);
process.stdout.write(String(answer.status));

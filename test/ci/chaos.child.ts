// One service of a drive in chaos, with a promise broken on purpose: what it is comes first, the sabotage second.
import { runService } from '@outrider/standalone';
import { isSabotage, sabotaged } from '../crash/sabotage.ts';

const [, , options = '', sabotage = ''] = process.argv;
if (!isSabotage(sabotage)) throw new Error(`there is no sabotage ${sabotage}`);
process.once('disconnect', () => process.exit());
await runService(JSON.parse(options), (engines) => sabotaged(engines, sabotage));

// One service of a drive as a process of its own, to be killed. What it is comes as JSON in its first argument.
import { runService } from './run-service.ts';

// A parent that is gone has nobody to ask for anything.
process.once('disconnect', () => process.exit());
await runService(JSON.parse(process.argv[2] ?? ''));

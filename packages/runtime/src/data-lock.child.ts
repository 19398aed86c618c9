/** Child of the lock's test: takes the lock, says so, and holds it until it is killed. */
import { lockDataFolder } from './data-lock.ts';

await lockDataFolder(process.argv[2] ?? '');
process.stdout.write('locked\n');
setInterval(() => {}, 60_000);

import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { needDebianPackages } from './debian-packages.ts';

export const KAFKA_VERSION = '4.3.1';
const FETCH_MS = 300_000;

/**
 * The folder with Kafka's jars: fetched once through Maven, 44 MB, and kept in the user's cache.
 * @throws with the command that would help when there is no Java, no Maven, or Maven finds nothing
 */
export function needKafkaJars(): string {
  const cache = process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache');
  const jars = join(cache, 'outrider', `kafka-${KAFKA_VERSION}`);
  if (spawnSync('java', ['-version']).status !== 0)
    needDebianPackages('/usr/bin/java', ['openjdk-17-jre-headless']);
  if (existsSync(jars)) return jars;
  if (spawnSync('mvn', ['-version']).status !== 0) needDebianPackages('/usr/bin/mvn', ['maven']);
  mkdirSync(join(cache, 'outrider'), { recursive: true });
  // Beside its place and moved there whole: a fetch that was interrupted is no cache.
  const folder = mkdtempSync(`${jars}-`);
  try {
    cpSync(join(import.meta.dirname, 'pom.xml'), join(folder, 'pom.xml'));
    const goal = ['dependency:copy-dependencies', '-DincludeScope=runtime', '-DoutputDirectory=lib'];
    const fetched = spawnSync('mvn', ['-B', '-q', ...goal], {
      cwd: folder,
      encoding: 'utf8',
      timeout: FETCH_MS,
    });
    if (fetched.status !== 0)
      throw new Error(
        `Kafka's jars did not come; run mvn -U ${goal.join(' ')} beside infra/native/pom.xml: ${fetched.stdout}`,
      );
    renameSync(join(folder, 'lib'), jars);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return jars;
}

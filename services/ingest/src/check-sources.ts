import { checkSource, describeSource, matchesTopic, type SourceFinding } from '@outrider/bus';
import type { Log } from '@outrider/runtime';
import type { FleetSource } from './sources.ts';

export interface SourceCheck extends SourceFinding {
  readonly source: string;
}

const TYPES = ['V', 'alerts', 'errors', 'connectivity'];

const namespaceOf = (topic: string): string => topic.slice(0, topic.lastIndexOf('_'));
const typeOf = (topic: string): string => topic.slice(topic.lastIndexOf('_') + 1);

/** Looks at every source, and says what of it is wrong. Nothing is changed; no group is joined. */
export async function checkSources(
  sources: readonly FleetSource[],
  log: Log,
): Promise<readonly SourceCheck[]> {
  const all = sources.map(async (source) => {
    const { topics, findings } = await checkSource(source, (vin) => source.vehicles.has(vin), log);
    const isThere = findings.some(({ about, isFault }) => about === 'cluster' && !isFault);
    const own = isThere ? judgeTopics(source.topics, topics) : [];
    return [...findings, ...own].map((finding) => ({ source: source.name, ...finding }));
  });
  return (await Promise.all(all)).flat();
}

/** What the wanted topics came to: nothing, or more than was meant. */
export function judgeTopics(wanted: readonly string[], topics: readonly string[]): readonly SourceFinding[] {
  const findings: SourceFinding[] = [];
  const fault = (about: string, said: string) => findings.push({ about, isFault: true, said });
  for (const one of wanted) {
    const fitting = topics.filter((topic) => matchesTopic(one, topic));
    if (fitting.length === 0) fault(`topics ${one}`, 'none is there, or none may be seen (Describe)');
    if (!one.includes('*')) continue;
    const others = fitting.filter((topic) => !TYPES.includes(typeOf(topic)));
    if (others.length > 0)
      fault(`topics ${one}`, `fits ${others.join(', ')}, which no car's server writes for us`);
    const spaces = [...new Set(fitting.map(namespaceOf))];
    if (spaces.length > 1) fault(`topics ${one}`, `fits several namespaces: ${spaces.join(', ')}`);
  }
  return findings;
}

/** The least that the brokers must allow, as commands of Kafka's own tool. */
export async function aclsOf(source: FleetSource): Promise<readonly string[]> {
  const { brokers, username } = await describeSource(source.url);
  const who = `--bootstrap-server ${brokers[0]} --add --allow-principal ${quoted(`User:${username ?? '<name>'}`)}`;
  const topics = source.topics
    .flatMap(topicArguments)
    .map((argument) => `kafka-acls.sh ${who} --operation Read --operation Describe ${argument}`);
  return [...topics, `kafka-acls.sh ${who} --operation Read --group ${quoted(source.group)}`];
}

/** An ACL knows whole names and beginnings; a beginning would allow other namespaces too. */
function topicArguments(wanted: string): readonly string[] {
  if (!wanted.includes('*')) return [`--topic ${quoted(wanted)}`];
  if (/^[^*]+_\*$/.test(wanted)) return TYPES.map((type) => `--topic ${quoted(wanted.slice(0, -1) + type)}`);
  const beginning = wanted.slice(0, wanted.indexOf('*'));
  if (beginning === '') return [`--topic ${quoted('*')}`];
  return [`--resource-pattern-type prefixed --topic ${quoted(beginning)}`];
}

const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

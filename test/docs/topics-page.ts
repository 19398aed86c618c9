import type { Topic } from '@outrider/bus';
import type { z } from 'zod';

// The contract of the topics for who reads them from outside, made from the list and the schemas that the code uses.

/** An example as it stands in a file of test/agreement/records: the value in clear, as it is before it is sealed. */
export interface Example {
  readonly key: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly value: unknown;
}

const COMMAND = 'npx node test/docs/write-topics-page.ts';
const DAY_MS = 86_400_000;

const HEAD = `# Topics

Made by \`${COMMAND}\` from [topics.ts](src/topics.ts) and the schemas it names; a test fails when it is old.

Each record is JSON in UTF-8, under its key, in one of 32 partitions (\`--partitions\` at creation) by MurmurHash2 of the part of the key before a slash, so one car's records stay in order. At least once: a repeat has the same ids. A reader leaves fields out that it does not know; a field is never removed and never changes its meaning within \`.v1\`. Times are in ms since 1970, UTC.

*Sealed whole*: the value is AES-256-GCM under the key that the header \`keyId\` names, which belongs to one car and one owner; who may not open it reads the header and the key only. The fields below are what is inside. *Sealed fields*: the box within the record is sealed the same way.
`;

/** The whole page. `examples` by the topic's name. */
export function topicsPage(topics: readonly Topic[], examples: ReadonlyMap<string, Example>): string {
  return [HEAD, ...topics.map((topic) => topicPart(topic, examples.get(topic.name)))].join('\n');
}

function topicPart(topic: Topic, example: Example | undefined): string {
  const { name, key, writer, sealing, cleanup, schema } = topic;
  const kept =
    cleanup.kind === 'compact'
      ? `the newest record of each key${historyOf(cleanup)}; one without a value deletes it`
      : `${cleanup.retentionMs / DAY_MS} days`;
  const rows = [
    ['key', key === 'as-found' ? 'as the frame had it' : `\`${key}\``],
    ['writer', `\`${writer}\``],
    ['kept', kept],
    ['sealed', sealing],
    ...headersOf(topic).map(([header, says]) => [`header \`${header}\``, says]),
  ];
  const fields = schema === undefined ? 'The value is the frame as it was received.' : fieldTable(schema);
  const shown = example && `\`\`\`json\n${JSON.stringify(example.value, null, 1)}\n\`\`\``;
  return [`## ${name}`, table(['', ''], rows), fields, shown ?? ''].filter(Boolean).join('\n\n').concat('\n');
}

const historyOf = ({ historyMs }: { readonly historyMs?: number }): string =>
  historyMs === undefined ? '' : `, each for ${historyMs / DAY_MS} days at least`;

function headersOf({ sealing, headers = {} }: Topic): readonly (readonly [string, string])[] {
  return [
    ...(sealing === 'whole' ? [['keyId', 'The key it is sealed with.'] as const] : []),
    ['traceparent', 'W3C Trace Context of what led to it, where that is known.'] as const,
    ...Object.entries(headers),
  ];
}

const fieldTable = (schema: z.ZodType): string =>
  table(['field', 'type', 'unit', 'meaning'], fieldsOf(schema, '').map(cellsOf));

interface Field {
  readonly path: string;
  readonly type: string;
  readonly isOptional: boolean;
  readonly meaning: string;
}

const cellsOf = ({ path, type, isOptional, meaning }: Field): readonly string[] => [
  `\`${path}\``,
  isOptional ? `${type}, may be absent` : type,
  unitOf(path),
  meaning,
];

/** One row per field, those within an object or a list below it. */
function fieldsOf(schema: z.ZodType, path: string): readonly Field[] {
  const { def } = unwrapped(schema).core;
  if (def.type === 'object')
    return Object.entries(def.shape ?? {}).flatMap(([name, field]) => {
      const inside = path === '' ? name : `${path}.${name}`;
      const { core, isOptional, meaning } = unwrapped(field);
      return [{ path: inside, type: typeOf(core.def), isOptional, meaning }, ...fieldsOf(field, inside)];
    });
  if (def.type === 'array' && def.element) return fieldsOf(def.element, `${path}[]`);
  if (def.type === 'union' && def.discriminator !== undefined)
    return (def.options ?? []).flatMap((option) => {
      const kind = unwrapped(option).core.def.shape?.[def.discriminator ?? ''];
      const [word = ''] = (kind && unwrapped(kind).core.def.values) ?? [];
      return fieldsOf(option, `${path}<${word}>`);
    });
  return [];
}

/** What the library keeps of a schema, as far as it is looked at. */
interface Definition {
  readonly type: string;
  readonly shape?: Readonly<Record<string, z.ZodType>>;
  readonly element?: z.ZodType;
  readonly innerType?: z.ZodType;
  readonly options?: readonly z.ZodType[];
  readonly discriminator?: string;
  readonly values?: readonly string[];
  readonly entries?: Readonly<Record<string, string>>;
  readonly valueType?: z.ZodType;
  readonly format?: string;
}

interface Unwrapped {
  readonly core: { readonly def: Definition; readonly minValue?: unknown; readonly maxValue?: unknown };
  readonly isOptional: boolean;
  readonly meaning: string;
}

const WRAPPERS: ReadonlySet<string> = new Set(['optional', 'default', 'readonly']);

function unwrapped(schema: z.ZodType, isOptional = false, said = ''): Unwrapped {
  const def = schema.def as unknown as Definition;
  const meaning = said === '' ? (schema.description ?? '') : said;
  const core = schema as unknown as Unwrapped['core'];
  if (def.innerType === undefined || !WRAPPERS.has(def.type)) return { core, isOptional, meaning };
  return unwrapped(def.innerType, isOptional || def.type !== 'readonly', meaning);
}

function typeOf(def: Definition): string {
  const inner = (schema: z.ZodType | undefined): string =>
    schema === undefined ? 'anything' : typeOf(unwrapped(schema).core.def);
  switch (def.type) {
    case 'enum':
      return Object.values(def.entries ?? {})
        .map((word) => `\`${word}\``)
        .join(' or ');
    case 'literal':
      return (def.values ?? []).map((word) => `\`${word}\``).join(' or ');
    case 'array':
      return `list of ${inner(def.element)}`;
    case 'record':
      return `map to ${inner(def.valueType)}`;
    case 'nullable':
      return `${inner(def.innerType)} or null`;
    case 'union':
      return def.discriminator === undefined ? (def.options ?? []).map(inner).join(' or ') : 'object by kind';
    default:
      return def.format === 'safeint' ? 'whole number' : def.type;
  }
}

/** Units stand in the names, as CONTRIBUTING.md has them. */
const UNITS: readonly (readonly [RegExp, string])[] = [
  [/(^|[a-z])[aA]tMs$|^asOfMs$|\b(created|changed|expires|from|to)Ms$/, 'ms since 1970'],
  [/Ms$/, 'ms'],
  [/Kwh$/, 'kWh'],
  [/Kw$/, 'kW'],
  [/Mps$/, 'm/s'],
  [/Pct$/, '%'],
  [/TempC$|^tempC$/, '°C'],
  [/K$/, 'K'],
  [/Hpa$/, 'hPa'],
  [/Kg$/, 'kg'],
  [/Deg$|^lat$|^lon$/, '°'],
  [/Ratio$|[pP]robability$/, '0 to 1'],
  [/Minute$|^minutes$/, 'min'],
  [/[a-z]S$/, 's'],
  [/[a-z]M$/, 'm'],
];

function unitOf(path: string): string {
  const name = path.split('.').at(-1) ?? '';
  // A percentile has the unit of what it is one of.
  if (/^p\d\d$/.test(name)) return unitOf(path.slice(0, path.lastIndexOf('.')));
  return UNITS.find(([ending]) => ending.test(name))?.[1] ?? '';
}

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows]
    .map((cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`)
    .join('\n');

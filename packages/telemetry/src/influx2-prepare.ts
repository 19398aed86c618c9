import type { InfluxAddress } from './influx-address.ts';
import {
  AGGREGATES,
  type Aggregate,
  BACKFILL_MS,
  FOLDS,
  foldedDatabase,
  NUMBERS,
  RAW_POLICY,
  type SeriesRetention,
  SHARD_DAYS,
} from './influx-folds.ts';
import { askServer, InfluxRefusal } from './influx-http.ts';
import { SIGNALS } from './influx-line.ts';
import {
  askApi,
  createBucket,
  findBucket,
  findOrg,
  type InfluxOrg,
  type Retention,
  setRetention,
} from './influx2-api.ts';

// InfluxDB 2: buckets, the names that InfluxQL knows them by, and tasks.

interface BucketPlan extends Retention {
  readonly name: string;
  /** As InfluxQL names it. */
  readonly database: string;
  readonly policy: string;
  /** Is the one that is meant when no policy is named. */
  readonly isUsual: boolean;
}

/** Description of buckets that may be changed. */
const OURS = 'made by outrider series prepare';
/** After each full step; until then what belongs to it is still on its way. */
const OFFSET = '10s';

/** @throws InfluxRefusal */
export async function prepare2(
  address: InfluxAddress,
  { rawDays, minuteDays }: SeriesRetention,
): Promise<void> {
  const org = await findOrg(address);
  const { database } = address;
  const folded = foldedDatabase(database);
  const plans: readonly BucketPlan[] = [
    { name: database, database, policy: RAW_POLICY, isUsual: true, days: rawDays, shardDays: SHARD_DAYS.raw },
    foldedPlan(folded, 'm1', minuteDays),
    foldedPlan(folded, 'h1', 0),
  ];
  for (const plan of plans) await prepareBucket(org, plan);
  for (const aggregate of AGGREGATES) await prepareTask(org, aggregate);
}

const foldedPlan = (database: string, policy: 'm1' | 'h1', days: number): BucketPlan => ({
  name: foldedBucket(database, policy),
  ...{ database, policy, isUsual: policy === 'm1', days, shardDays: SHARD_DAYS[policy] },
});

const foldedBucket = (database: string, policy: string): string => `${database}/${policy}`;

async function prepareBucket(org: InfluxOrg, plan: BucketPlan): Promise<void> {
  const { name } = plan;
  const known = await findBucket(org, name);
  if (known !== undefined && known.description !== OURS)
    throw new InfluxRefusal(`the bucket ${name} was made by something else: name another database`);
  if (known !== undefined) await setRetention(org, known, plan);
  const { id } = known ?? (await createBucket(org, name, plan, OURS));
  await nameBucket(org, id, plan);
}

/** Gives it the name it has in InfluxQL; every bucket also has one of its own accord, which is called virtual. */
async function nameBucket(
  { address, orgID }: InfluxOrg,
  bucketID: string,
  { database, policy, isUsual }: BucketPlan,
): Promise<void> {
  const asked = new URLSearchParams({ orgID, bucketID, db: database, rp: policy });
  const { content } = await askApi<{ readonly content: readonly { readonly virtual: boolean }[] }>(
    address,
    'GET',
    `dbrps?${asked}`,
  );
  if (content.some(({ virtual }) => !virtual)) return;
  await askApi(address, 'POST', 'dbrps', {
    ...{ orgID, bucketID, database, retention_policy: policy, default: isUsual },
  });
}

/** Made or changed, and run at once; from then on by itself. */
async function prepareTask({ address, orgID }: InfluxOrg, aggregate: Aggregate): Promise<void> {
  const name = `${aggregate.name} of ${address.database}`;
  const flux = taskOf(name, address.database, aggregate);
  const asked = new URLSearchParams({ orgID, name });
  const { tasks } = await askApi<{ readonly tasks: readonly { readonly id: string }[] }>(
    address,
    'GET',
    `tasks?${asked}`,
  );
  const [known] = tasks;
  const { id } = await (known === undefined
    ? askApi<{ readonly id: string }>(address, 'POST', 'tasks', { orgID, flux })
    : askApi<{ readonly id: string }>(address, 'PATCH', `tasks/${known.id}`, { flux, status: 'active' }));
  await askApi(address, 'POST', `tasks/${id}/runs`, {});
}

/** Whole steps only; each run folds again what is not too late. */
const taskOf = (name: string, database: string, aggregate: Aggregate): string => `import "date"

option task = {name: ${fluxText(name)}, every: ${aggregate.every}, offset: ${OFFSET}}

${foldOf(
  database,
  aggregate,
  `date.truncate(t: date.sub(from: now(), d: ${aggregate.lateFor}), unit: ${aggregate.step})`,
  `date.truncate(t: now(), unit: ${aggregate.step})`,
)}`;

/** Whole hours, a day at most. @throws InfluxRefusal */
export async function backfill2(address: InfluxAddress, fromMs: number, toMs: number): Promise<void> {
  for (const aggregate of AGGREGATES) {
    const [start, stop] = [fromMs, toMs].map((atMs) => `time(v: ${atMs}000000)`);
    await runFlux(address, foldOf(address.database, aggregate, start ?? '', stop ?? ''));
  }
}

/** Answers nothing: the rows that it writes are many. */
function foldOf(database: string, { policy, step }: Aggregate, start: string, stop: string): string {
  const into = fluxText(foldedBucket(foldedDatabase(database), policy));
  return `raw = from(bucket: ${fluxText(database)})
  |> range(start: ${start}, stop: ${stop})
  |> filter(fn: (r) => r._measurement == "${SIGNALS}" and r._field =~ ${NUMBERS})

fold = (name, fn) => raw
  |> aggregateWindow(every: ${step}, fn: fn, createEmpty: false, timeSrc: "_start")
  |> map(fn: (r) => ({r with _measurement: "${SIGNALS}_${step}", _field: name + "_" + r._field}))
  |> to(bucket: ${into})
  |> filter(fn: (r) => false)
  |> yield(name: name)

${FOLDS.map((fold) => `fold(name: "${fold}", fn: ${fold})`).join('\n')}
`;
}

const fluxText = (text: string): string => JSON.stringify(text).replaceAll('${', '\\${');

/** Runs what answers nothing. @throws InfluxRefusal, also for what the server says within a 200 */
async function runFlux(address: InfluxAddress, flux: string): Promise<void> {
  const path = `/api/v2/query?${new URLSearchParams({ org: address.org })}`;
  const text = await askServer(address, 'a Flux script', path, {
    method: 'POST',
    headers: { 'content-type': 'application/vnd.flux' },
    body: flux,
    signal: AbortSignal.timeout(BACKFILL_MS),
  });
  if (text.trim() !== '') throw new InfluxRefusal('InfluxDB gave up a Flux script half-way: ask it again');
}

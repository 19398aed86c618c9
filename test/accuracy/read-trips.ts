import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { cleanTrip, type DroppedTrip } from './clean-trip.ts';
import type { LoggedTrip } from './logged-trip.ts';
import { NO_NOTES, parseOverview, type TripNotes } from './overview.ts';
import { BrokenFile, nameOf, parseTripLog } from './trip-log.ts';

/** A folder in which nothing can be found to work with. */
export class UnusableFolder extends Error {
  override readonly name = 'UnusableFolder';
}

export interface TripFolder {
  /** In the order they were driven. */
  readonly trips: readonly LoggedTrip[];
  readonly dropped: readonly DroppedTrip[];
  /** Files that were left out and notes that are missing, each with its reason. */
  readonly problems: readonly string[];
}

const OVERVIEW = 'overview.csv';
const TRIP_FILE = /\.csv(\.gz)?$/i;

/** Reads every trip of a folder, cleaned. Throws `UnusableFolder` when there is none. */
export async function readTrips(
  folder: string,
  onRead: (file: string) => void = () => {},
): Promise<TripFolder> {
  const files = await listFiles(folder);
  const problems: string[] = [];
  const { notes, problem } = await readOverview(folder, files);
  if (problem !== null) problems.push(problem);
  const trips: LoggedTrip[] = [];
  const dropped: DroppedTrip[] = [];
  const seen = new Set<string>();
  for (const file of files.filter((name) => TRIP_FILE.test(name) && !isOverview(name))) {
    const name = nameOf(file);
    onRead(file);
    if (seen.has(name)) {
      problems.push(`${file}: left out, ${name} was read already`);
      continue;
    }
    seen.add(name);
    if (notes.size > 0 && !notes.has(name)) problems.push(`${OVERVIEW}: no line for ${name}`);
    try {
      const cleaned = cleanTrip(
        parseTripLog(file, await readText(join(folder, file))),
        notes.get(name) ?? NO_NOTES,
      );
      if ('trip' in cleaned) trips.push(cleaned.trip);
      else dropped.push(cleaned.dropped);
    } catch (error) {
      problems.push(`${explain(file, error)}; left out`);
    }
  }
  if (trips.length === 0)
    throw new UnusableFolder(whyNone(folder, [...problems, ...dropped.map(describeDrop)]));
  return { trips: orderTrips(trips), dropped, problems };
}

export const describeDrop = ({ name, reason }: DroppedTrip): string => `dropped: ${name}, ${reason}`;

const isOverview = (file: string): boolean => file.toLowerCase() === OVERVIEW;

async function listFiles(folder: string): Promise<readonly string[]> {
  try {
    return (await readdir(folder)).toSorted();
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT') throw new UnusableFolder(`${folder}: no such folder`);
    if (code === 'ENOTDIR') throw new UnusableFolder(`${folder}: not a folder`);
    throw new UnusableFolder(`${folder}: cannot be read (${String(code ?? error)})`);
  }
}

async function readOverview(folder: string, files: readonly string[]) {
  const none: ReadonlyMap<string, TripNotes> = new Map();
  const file = files.find(isOverview);
  if (file === undefined) return { notes: none, problem: null };
  try {
    return { notes: parseOverview(file, await readText(join(folder, file))), problem: null };
  } catch (error) {
    return { notes: none, problem: `${explain(file, error)}; read without any notes` };
  }
}

/** The set is in latin-1, of which only degree signs in the header differ from ASCII. */
async function readText(path: string): Promise<string> {
  const bytes = await readFile(path);
  return (/\.gz$/i.test(path) ? gunzipSync(bytes) : bytes).toString('latin1').replace(/^ï»¿/, '');
}

const explain = (file: string, error: unknown): string =>
  error instanceof BrokenFile ? error.message : `${file}: cannot be read (${String(error)})`;

const whyNone = (folder: string, problems: readonly string[]): string =>
  problems.length === 0
    ? `${folder}: no trip files; expected .csv or .csv.gz of the BMW i3 set`
    : [`${folder}: no usable trip`, ...problems].join('\n');

/** By time when every trip has one; otherwise by name, in which numbers count as numbers. */
export function orderTrips(trips: readonly LoggedTrip[]): readonly LoggedTrip[] {
  const byName = trips.toSorted((a, b) => a.name.localeCompare(b.name, 'en', { numeric: true }));
  return trips.every(({ startedAtMs }) => startedAtMs !== null)
    ? byName.toSorted((a, b) => a.startedAtMs! - b.startedAtMs!)
    : byName;
}

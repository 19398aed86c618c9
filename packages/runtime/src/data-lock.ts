import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { sqlitePath } from './sqlite-file.ts';

export interface DataLock {
  release(): Promise<void>;
}

/** Files of the lock. A backup leaves them out: closing a copy of `lock.db` would drop the lock (POSIX). */
export const LOCK_FILES = ['lock.db', 'lock.pid'] as const;

export class DataFolderInUse extends Error {
  /** Absent when the owner has not written it yet. */
  readonly ownerPid: number | undefined;
  constructor(path: string, ownerPid: number | undefined) {
    const owner = ownerPid === undefined ? 'another process' : `process ${ownerPid}`;
    super(
      `the data folder ${path} is in use by ${owner}: stop it, or use another folder. ` +
        'The embedded engines serve one process at a time.',
    );
    this.name = 'DataFolderInUse';
    this.ownerPid = ownerPid;
  }
}

/**
 * Makes this process the only user of a data folder (created when missing). The lock is a lock of the
 * operating system on an open file, so it ends with the process however that dies; the file may stay.
 * @throws DataFolderInUse when another process, or this one, holds it.
 */
export async function lockDataFolder(path: string): Promise<DataLock> {
  mkdirSync(path, { recursive: true, mode: 0o700 });
  const pidFile = join(path, 'lock.pid');
  const db = new DatabaseSync(join(path, 'lock.db'));
  try {
    db.exec('PRAGMA locking_mode = EXCLUSIVE');
    db.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    db.close();
    if (/locked|busy/i.test((error as Error).message)) throw new DataFolderInUse(path, readPid(pidFile));
    throw error;
  }
  writeFileSync(pidFile, `${process.pid}\n`);
  let isHeld = true;
  return {
    async release() {
      if (!isHeld) return;
      isHeld = false;
      // First the pid, then the lock: the other way round would remove the next owner's pid.
      rmSync(pidFile, { force: true });
      db.exec('ROLLBACK');
      db.close();
    },
  };
}

/**
 * Locks every folder that a file of these engines lies in, each once; an engine in memory needs none.
 * @throws DataFolderInUse when one of them is taken; then none is held.
 */
export async function lockDataFolders(urls: readonly string[]): Promise<DataLock> {
  const files = urls.filter((url) => url.startsWith('sqlite:')).map(sqlitePath);
  const locks: DataLock[] = [];
  const release = async () => {
    for (const lock of locks) await lock.release();
  };
  try {
    for (const folder of new Set(files.map((file) => dirname(resolve(file)))))
      locks.push(await lockDataFolder(folder));
  } catch (error) {
    await release();
    throw error;
  }
  return { release };
}

function readPid(pidFile: string): number | undefined {
  try {
    const pid = Number.parseInt(readFileSync(pidFile, 'utf8'), 10);
    return Number.isInteger(pid) ? pid : undefined;
  } catch {
    return undefined;
  }
}

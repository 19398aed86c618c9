import type { ChargingLocation } from '@outrider/domain';

/** A list of charging places. Rows that cannot be used are reported, never guessed. */
export interface ChargerList {
  readonly locations: readonly ChargingLocation[];
  readonly problems: readonly string[];
}

/** Reads one file's text. `nowMs` dates what the file does not date. */
export interface ChargerFile {
  readonly name: string;
  readonly extensions: readonly string[];
  read(text: string, source: string, nowMs: number): ChargerList;
}

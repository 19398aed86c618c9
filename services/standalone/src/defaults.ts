// What the command line takes for what is not said.

export const DEFAULT_RAW_DAYS = 30;
export const DEFAULT_MINUTE_DAYS = 180;
export const DEFAULT_PARTITIONS = 32;
export const DEFAULT_REPLICATION = 1;
export const DEFAULT_QUALITY_DAYS = 14;
export const DEFAULT_SCENARIOS = ['2013-01-winter-i95', '2013-02-i95-made-it'] as const;
export const DEFAULT_OUT = 'out/demo.html';

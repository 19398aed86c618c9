import { z } from 'zod';

/**
 * Everything a person's data may be used for: a closed list, each member a benefit to that person.
 * Dispute, marketing and insurance are not on it, and there is no way to pass another word.
 */
export const PURPOSES = {
  alert_driver: 'Warn the driver before a trip fails.',
  show_driver: 'Show the driver their own car, trips and alerts, and keep that history for them.',
  guess_trips: 'Guess trips from places your calendar names, asking a map server where each of them is.',
  warm_battery: 'Ask your car to warm its battery before a fast charge, without asking you each time.',
  safety_recall: 'Find cars that a safety recall concerns.',
  service_quality_aggregate: 'Improve the service from figures about crowds, never about one person.',
  support_case: 'Help in a case the driver opened.',
} as const;

export const purpose = z.enum(Object.keys(PURPOSES) as [keyof typeof PURPOSES, ...(keyof typeof PURPOSES)[]]);
export type Purpose = z.infer<typeof purpose>;

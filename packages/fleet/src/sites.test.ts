import { expect, test } from 'vitest';
import { createCountry } from './country.ts';
import { createSites, type Site } from './sites.ts';

const sites = createSites(5, createCountry(5));
const FROM_MS = Date.UTC(2026, 0, 12);
const MINUTE_MS = 60_000;
const WEEK_MIN = 7 * 24 * 60;

/** What is listed of each site, every quarter of an hour of a week. */
const week = Array.from({ length: WEEK_MIN / 15 }, (_, i) => {
  const atMs = FROM_MS + i * 15 * MINUTE_MS;
  return { atMs, listed: new Map(sites.listedAt(atMs).map((place) => [place.locationId, place])) };
});
const statusesOf = (site: Site) =>
  week.map(({ listed }) => listed.get(site.siteId)?.evses.map(({ status }) => status) ?? []);
const telling = sites.all.filter(({ tells }) => tells);

test('a network that tells nothing tells nothing, one that does tells of broken and of taken posts', () => {
  for (const site of sites.all.filter(({ tells }) => !tells))
    expect(new Set(statusesOf(site).flat())).toEqual(new Set(['UNKNOWN']));
  expect(new Set(telling.flatMap((site) => statusesOf(site).flat()))).toEqual(
    new Set(['AVAILABLE', 'CHARGING', 'OUTOFORDER']),
  );
});

test('what breaks is told within half an hour, unless that day is told wrongly', () => {
  let [told, wrong] = [0, 0];
  for (const site of telling)
    for (const { atMs, listed } of week) {
      const wasBroken = [0, 10, 20, 30].every(
        (minutes) => sites.stateAt(site, atMs - minutes * MINUTE_MS) === null,
      );
      if (!wasBroken) continue;
      const isTold = listed.get(site.siteId)?.evses.every(({ status }) => status === 'OUTOFORDER') === true;
      if (isTold) told++;
      else wrong++;
    }
  expect(told).toBeGreaterThan(3 * wrong);
  expect(wrong).toBeGreaterThan(0);
});

test('some networks tell that a post gives less than it could, and some do not', () => {
  const isSlow = (site: Site, atMs: number) =>
    (sites.stateAt(site, atMs)?.powerKw ?? site.powerKw) < 0.6 * site.powerKw;
  const atMs = FROM_MS + 20 * 3_600_000;
  const listed = new Map(sites.listedAt(atMs).map((place) => [place.locationId, place]));
  const slow = telling.filter((site) => isSlow(site, atMs) && isSlow(site, atMs - 30 * MINUTE_MS));
  const shares = slow.map(
    (site) => (listed.get(site.siteId)?.evses[0]?.connectors[0]?.maxPowerKw ?? 0) / site.powerKw,
  );
  expect(shares.some((share) => share < 0.6)).toBe(true);
  expect(shares.some((share) => share === 1)).toBe(true);
});

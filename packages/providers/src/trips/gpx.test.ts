import { expect, test } from 'vitest';
import { gpx } from './gpx.ts';

const DEPART_MS = Date.UTC(2026, 0, 15, 8);
const read = (text: string, more: object = {}) =>
  gpx.read({ text, departAtMs: DEPART_MS, entryId: 'file', ...more });
const file = (inside: string, head = '') =>
  `<?xml version="1.0"?>${head}<gpx version="1.1" xmlns="http://www.topografix.com/GPX/1/1">${inside}</gpx>`;
const point = (lat: number | string, lon: number | string, ele?: number, tag = 'trkpt') =>
  `<${tag} lat="${lat}" lon="${lon}">${ele === undefined ? '' : `<ele>${ele}</ele>`}</${tag}>`;

test('a track becomes a leg with heights, its segments joined, and its end the destination', () => {
  const track = `<trk><name>To &amp; fro</name><trkseg>${point(60, 24, 12)}${point(60.1, 24, 80)}</trkseg>
    <trkseg>${point(60.2, 24)}</trkseg></trk>`;
  const { entries, problems } = read(file(track), { reserveSocPct: 12 });
  expect(problems).toEqual([]);
  expect(entries).toHaveLength(1);
  const [{ plan, entryId } = { plan: undefined, entryId: '' }] = entries;
  expect(entryId).toBe('file');
  expect(plan).toMatchObject({
    departAtMs: DEPART_MS,
    reserveSocPct: 12,
    origin: { lat: 60, lon: 24 },
    stops: [{ name: 'To & fro', lat: 60.2, lon: 24, kind: 'destination' }],
  });
  expect(plan?.legs?.[0]?.points.map(({ elevationM }) => elevationM)).toEqual([12, 80, undefined]);
  expect(plan?.legs?.[0]?.distanceM).toBeCloseTo(22_239, -1);
});

test('two tracks are two legs with a stop between, and a route counts where there is no track', () => {
  const part = (name: string, from: number, to: number) =>
    `<trk><name>${name}</name><trkseg>${point(from, 24)}${point(to, 24)}</trkseg></trk>`;
  const route = `<rte><name>Coast road</name>${point(60, 24, undefined, 'rtept')}${point(61, 24, undefined, 'rtept')}</rte>`;
  const two = read(file(`${route}${part('One', 60, 60.5)}${part('Two', 60.5, 61)}`)).entries[0]?.plan;
  expect(two?.stops.map(({ name, kind }) => [name, kind])).toEqual([
    ['One', 'via'],
    ['Two', 'destination'],
  ]);
  expect(two?.legs).toHaveLength(2);
  expect(read(file(route), { name: 'Cabin' }).entries[0]?.plan.stops[0]?.name).toBe('Cabin');
});

test('points nearer than a recorder can tell are left out, the last one and the length stay', () => {
  const points = Array.from({ length: 2_001 }, (_, index) => point(60 + index * 0.00001, 24)).join('');
  const leg = read(file(`<trk><trkseg>${points}</trkseg></trk>`)).entries[0]?.plan.legs?.[0];
  expect(leg?.points.length).toBeLessThan(200);
  expect(leg?.points.at(-1)?.lat).toBeCloseTo(60.02, 9);
  expect(leg?.distanceM).toBeCloseTo(2_224, -1);
});

const track = `<trk><trkseg>${point(60, 24)}${point(61, 24)}</trkseg></trk>`;
const bad = [
  { name: 'nothing', text: '' },
  { name: 'text', text: 'hello' },
  { name: 'HTML', text: '<html><body>Sign in</body></html>' },
  { name: 'no line at all', text: file('<wpt lat="60" lon="24"/>') },
  { name: 'a single point', text: file(`<trk><trkseg>${point(60, 24)}</trkseg></trk>`) },
  { name: 'a file that was cut', text: file(track).slice(0, -20) },
  { name: 'a latitude beyond the pole', text: file(`<trk><trkseg>${point(95, 24)}</trkseg></trk>`) },
  { name: 'a place of words', text: file(`<trk><trkseg>${point('north', 24)}</trkseg></trk>`) },
  { name: 'a place without longitude', text: file('<trk><trkseg><trkpt lat="60"/></trkseg></trk>') },
  { name: 'a document type', text: file(track, '<!DOCTYPE gpx [<!ENTITY a "b">]>') },
  { name: 'an entity of its own', text: file(`<trk><name>&a;</name></trk>`) },
  {
    name: 'a gap between two tracks',
    text: file(`${track}<trk><trkseg>${point(50, 24)}${point(51, 24)}</trkseg></trk>`),
  },
];
test.each(bad)('$name is a problem and no trip', ({ text }) => {
  const { entries, problems } = read(text);
  expect(entries).toEqual([]);
  expect(problems.length).toBeGreaterThan(0);
});

test('elements nested deeper than any device writes end the reading at once', () => {
  const nested = (depth: number) => '<extensions>'.repeat(depth) + '</extensions>'.repeat(depth);
  expect(read(file(`${track}${nested(99)}`)).entries).toHaveLength(1);
  expect(read(file(`${track}${nested(100)}`))).toMatchObject({ entries: [], problems: [{ field: 'gpx' }] });
  // Without the limit the parser walks up half a million elements at each of them: minutes.
  expect(read(`<gpx>${'<a>'.repeat(500_000)}`).entries).toEqual([]);
});

test('the same file without its mistake is a trip', () => {
  expect(read(file(track)).entries).toHaveLength(1);
});

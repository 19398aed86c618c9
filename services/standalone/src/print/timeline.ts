import { WATCHING } from '@outrider/domain';
import type { ForecastRow } from '../demo/forecast-rows.ts';
import { forecastAt, namedMoments } from '../demo/forecast-rows.ts';
import { firstSent, type Interruption, sentAtMs } from '../demo/interruptions.ts';
import type { Judged } from '../demo/report.ts';
import { type Baseline, type Plan, planAt, truthAt } from '../scenario/index.ts';
import { comparisonLines } from './comparison.ts';
import { box, hanging, type Paint, type Tone, WIDTH, wrap } from './lines.ts';
import { bandText, baselineName, channelsText, likely, percent, type Words, wordsFor } from './words.ts';

/** Where the text begins, right of the time. */
const INDENT = ' '.repeat(7);

interface Entry {
  readonly atMs: number;
  /** Order of entries of one moment. */
  readonly rank: number;
  readonly lines: (time: string) => readonly string[];
}

/** A drive as it went, line by line: where the car was, what was forecast, what was said, what happened. */
export function timelineLines(drive: Judged, paint: Paint): readonly string[] {
  const { scenario } = drive.recording;
  const words = wordsFor(scenario);
  const entries = [
    ...placeEntries(drive, words, paint),
    ...planEntries(drive, words, paint),
    ...warningEntries(drive, words, paint),
    ...cardEntries(drive, paint),
    ...baselineEntries(drive, paint),
    ...outcomeEntries(drive, paint),
    ...comparisonEntries(drive, words, paint),
  ].sort((a, b) => a.atMs - b.atMs || a.rank - b.rank);
  const lines = [...headLines(drive, paint)];
  let day = '';
  let time = '';
  for (const entry of entries) {
    if (words.day(entry.atMs) !== day) {
      day = words.day(entry.atMs);
      lines.push('', paint('bold', day));
      time = '';
    }
    const now = words.time(entry.atMs);
    lines.push(...entry.lines(now === time ? INDENT : `${now}  `));
    time = now;
  }
  return lines;
}

function headLines({ recording }: Judged, paint: Paint): readonly string[] {
  const { scenario } = recording;
  return [
    paint('bold', '═'.repeat(WIDTH)),
    paint('bold', scenario.title),
    ...wrap(scenario.summary, WIDTH),
    ...wrap(
      `${scenario.vehicle.label} · reserve ${percent(scenario.reserveSocPct)} · times ${scenario.driver.timeZone}` +
        (scenario.isSynthetic ? ' · made up, not a real drive' : ''),
      WIDTH,
    ).map((line) => paint('dim', line)),
  ];
}

function placeEntries(drive: Judged, words: Words, paint: Paint): readonly Entry[] {
  const { scenario } = drive.recording;
  return namedMoments(scenario).map(({ atMs, place }) => {
    const truth = truthAt(scenario, atMs);
    const facts = [
      `battery ${percent(truth.socPct)}`,
      ...(truth.rangeM === undefined ? [] : [`${words.distance(truth.rangeM)} shown`]),
      ...(truth.outsideTempC === undefined ? [] : [words.temperature(truth.outsideTempC)]),
      ...(truth.isCharging ? ['charging'] : truth.isPlugged ? ['plugged in'] : []),
    ];
    const row = drive.forecasts.findLast((one) => one.atMs === atMs);
    return {
      atMs,
      rank: 0,
      lines: (time) => [
        `${time}${paint('bold', place)} · ${facts.join(' · ')}`,
        ...(row === undefined
          ? reachLines(drive, atMs, words)
          : [`${INDENT}${forecastText(row, truth.isCharging)}`]),
      ],
    };
  });
}

/** Without a plan there is no arrival to forecast, but there is how far the battery reaches. */
function reachLines({ recording }: Judged, atMs: number, words: Words): readonly string[] {
  if (planAt(recording.scenario, atMs) !== undefined) return [];
  const reachM = forecastAt(recording.heard.forecasts, atMs)?.reachM;
  if (reachM === undefined) return [];
  const [p10, p50, p90] = [reachM.p10, reachM.p50, reachM.p90].map(words.distance);
  return [`${INDENT}forecast: reaches ${p50} (${p10} to ${p90})`];
}

function forecastText(row: ForecastRow, isCharging: boolean): string {
  const condition = isCharging ? ' (unplugged now)' : '';
  const below = `${likely(row.belowReserveProbability)} below the reserve`;
  return `forecast${condition}: ${row.to} ${bandText(row.arrivalSocPct)}, ${below}`;
}

function planEntries({ recording }: Judged, words: Words, paint: Paint): readonly Entry[] {
  return recording.scenario.plans.map((plan) => ({
    atMs: plan.atMs,
    rank: 1,
    lines: (time) => hanging(`${time}plan: `, planText(plan, words)).map((line) => paint('dim', line)),
  }));
}

function planText(plan: Plan, words: Words): string {
  const stops = plan.stops.map(({ place, route, kind, isPlugged }) => {
    const what =
      kind === 'charge' ? ', charge' : kind === 'stay' ? `, stay${isPlugged ? '' : ' unplugged'}` : '';
    return `${place.name} (${words.distance(route.line.distanceM)}${what})`;
  });
  return `leave ${plan.origin.name} ${words.time(plan.departAtMs)} → ${stops.join(' → ')}`;
}

function warningEntries(drive: Judged, words: Words, paint: Paint): readonly Entry[] {
  return drive.interruptions.map((one) => ({
    atMs: sentAtMs(one),
    rank: 2,
    lines: () => warningBox(one, words, paint),
  }));
}

function warningBox(one: Interruption, words: Words, paint: Paint): readonly string[] {
  const tone: Tone = one.severity === 'critical' ? 'critical' : 'warning';
  const channels = channelsText(one.arrivals.map(({ channel }) => channel));
  const head = `Outrider · ${words.time(sentAtMs(one))} · ${one.severity}, ${channels}`;
  return box(head, one.title, one.body, { indent: INDENT, paint, tone });
}

/** New silent cards; their updates and withdrawals would fill the page. */
function cardEntries({ recording }: Judged, paint: Paint): readonly Entry[] {
  return firstSent(recording)
    .filter(({ interrupts, purpose }) => !interrupts && purpose === 'alert')
    .map(({ heardAtMs, ruleId, title }) => ({
      atMs: heardAtMs,
      rank: 3,
      lines: (time) =>
        hanging(`${time}${ruleId === WATCHING ? 'silent line' : 'silent card'}: `, title ?? '').map((line) =>
          paint('dim', line),
        ),
    }));
}

function baselineEntries({ baselines, recording }: Judged, paint: Paint): readonly Entry[] {
  const fired = baselines.flatMap((baseline) =>
    spokenBy(baseline).map(({ atMs, text }) => ({
      atMs,
      rank: 4,
      lines: (time: string) => hanging(`${time}${baselineName(baseline.name)}: `, text),
    })),
  );
  const car = recording.scenario.carMessages.map(({ atMs, text }) => ({
    atMs,
    rank: 4,
    lines: (time: string) => hanging(`${time}the car says: `, `“${text}”`),
  }));
  return [...fired, ...car].map((entry) => ({
    ...entry,
    lines: (time: string) => entry.lines(time).map((line) => paint('dim', line)),
  }));
}

/** Only when it began to warn: what the car's display showed otherwise stands in the comparisons. */
const spokenBy = (baseline: Baseline): Baseline['said'] =>
  baseline.said.filter(({ atMs, text }, index, all) => {
    const isFirst = all.findIndex((one) => one.atMs === atMs && one.text === text) === index;
    return isFirst && baseline.firedAtMs.includes(atMs);
  });

const outcomeEntries = ({ recording }: Judged, paint: Paint): readonly Entry[] =>
  recording.scenario.outcome.map(({ atMs, text }) => ({
    atMs,
    rank: 5,
    lines: (time) => hanging(`${time}what happened: `, text).map((line) => paint('bold', line)),
  }));

/** When a decision can no longer be helped, everything that was said about it stands side by side. */
const comparisonEntries = (drive: Judged, words: Words, paint: Paint): readonly Entry[] =>
  drive.verdicts.map((verdict, index) => ({
    atMs: verdict.last.lastRemedyAtMs ?? verdict.point.untilMs,
    rank: 6,
    lines: (time) => comparisonLines(drive, index, { time, indent: INDENT, words, paint }),
  }));

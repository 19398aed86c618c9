import type { Remedy } from '@outrider/domain';
import { type Interruption, sentAtMs } from '../demo/interruptions.ts';
import { baselineWarnedAt, type Judged } from '../demo/report.ts';
import type { Verdict } from '../demo/verdicts.ts';
import { FOLLOWED_LABEL } from '../print/comparison.ts';
import {
  adviceText,
  bandText,
  baselineName,
  channelsText,
  durationText,
  percent,
  type Words,
  wordsFor,
} from '../print/words.ts';
import { type Followed, truthAt } from '../scenario/index.ts';
import { chart } from './chart.ts';
import { escapeText, lines } from './markup.ts';

/** One drive on the page. */
export function driveSection(drive: Judged): string {
  const { scenario, mails } = drive.recording;
  const words = wordsFor(scenario);
  const id = escapeText(scenario.name.replace(/[^\w-]/g, '-'));
  return lines(
    `<section aria-labelledby="${id}">`,
    `<h2 id="${id}">${escapeText(scenario.title)}</h2>`,
    `<p>${escapeText(scenario.summary)}</p>`,
    `<p class="aside">${escapeText(scenario.vehicle.label)}. Reserve ${percent(scenario.reserveSocPct)}. ` +
      `${words.day(scenario.anchors[0]?.atMs ?? 0)}, times of ${escapeText(scenario.driver.timeZone)}.` +
      `${scenario.isSynthetic ? ' Made up, not a real drive.' : ''}</p>`,
    legend(),
    `<figure tabindex="0" aria-label="Drawing of the drive; scrolls sideways on a narrow screen">${chart(drive, words, id)}</figure>`,
    '<h3>Warnings, as on a lock screen</h3>',
    drive.interruptions.length === 0
      ? '<p class="quiet">None. Nothing was going to fail, and nothing was said.</p>'
      : `<ol class="warnings">${lines(drive.interruptions.map((one) => warningCard(drive, one, words)))}</ol>`,
    '<h3>Decision by decision</h3>',
    decisionTable(drive, words),
    happened(drive, words),
    mails.length === 0 ? '' : mailList(drive, words),
    sources(drive),
    '</section>',
  );
}

const legend = (): string =>
  lines(
    '<ul class="legend" aria-hidden="true">',
    '<li><span class="key key-battery"></span>battery now</li>',
    '<li><span class="key key-band"></span>forecast of the battery on arrival at the next charge or the end; the band is meant to hold 8 of 10</li>',
    '<li><span class="key key-truth"></span>what it really was on arrival</li>',
    '<li><span class="key key-pin">1</span>a warning</li>',
    '</ul>',
  );

function warningCard({ recording }: Judged, one: Interruption, words: Words): string {
  const atMs = sentAtMs(one);
  const truth = truthAt(recording.scenario, atMs);
  const state = truth.isMoving ? 'driving' : truth.isCharging ? 'charging' : 'parked';
  const channels = channelsText(one.arrivals.map(({ channel }) => channel));
  return lines(
    `<li class="${one.severity}"><p class="aside">${words.day(atMs)}, ${words.time(atMs)} · ${state}, battery ${percent(truth.socPct)} · ${one.severity}, ${channels}</p>`,
    `<p><strong>${escapeText(one.title)}</strong></p>`,
    `<p>${escapeText(one.body)}</p></li>`,
  );
}

function decisionTable(drive: Judged, words: Words): string {
  const { scenario } = drive.recording;
  const warned = drive.baselines.map((baseline) => baselineWarnedAt(scenario, drive.verdicts, baseline));
  const names = drive.baselines.map(({ name }) => `<th scope="col">${escapeText(baselineName(name))}</th>`);
  const rows = drive.verdicts.map((verdict, index) => {
    const others = warned.map((times) => `<td>${warnedText(times[index], verdict, words)}</td>`);
    return lines(
      `<tr><th scope="row">${escapeText(verdict.point.place.name)}<span>${escapeText(verdict.point.note ?? '')}</span></th>`,
      `<td class="${verdict.warning === undefined ? '' : 'yes'}">${ownText(verdict, words)}</td>`,
      others,
      `<td>${verdict.followed === undefined ? '–' : followedText(verdict.followed, verdict.followedRemedy)}</td>`,
      `<td>${followedText(verdict.ignored)}</td></tr>`,
    );
  });
  return lines(
    '<div class="scroll" tabindex="0" role="region" aria-label="Who warned in time"><table>',
    `<thead><tr><th scope="col">Decision</th><th scope="col">Outrider</th>${names.join('')}`,
    '<th scope="col">Advice followed*</th><th scope="col">Driven as planned*</th></tr></thead>',
    `<tbody>${lines(rows)}</tbody></table></div>`,
    `<p class="aside">* ${escapeText(FOLLOWED_LABEL)}. A time is when the first warning came that could be noticed while something still helped; behind it, how long before the last such moment.</p>`,
  );
}

const ownText = (verdict: Verdict, words: Words): string =>
  verdict.last.isNeeded || verdict.warning !== undefined
    ? warnedText(verdict.warnedAtMs, verdict, words)
    : 'silent, nothing needed doing';

function warnedText(atMs: number | undefined, { last }: Verdict, words: Words): string {
  if (atMs === undefined) return '–';
  const minutes = ((last.lastRemedyAtMs ?? atMs) - atMs) / 60_000;
  return `${words.time(atMs)}<span>${durationText(minutes)} before</span>`;
}

const followedText = ({ arrivalSocPct, placeName, isPossible }: Followed, advice?: Remedy): string =>
  `${bandText(arrivalSocPct)}<span>${escapeText(placeName)}${advice === undefined ? '' : escapeText(`, ${adviceText(advice)}`)}${isPossible ? '' : '; no such charger in the scenario'}</span>`;

function happened({ recording }: Judged, words: Words): string {
  const items = recording.scenario.outcome.map(
    ({ atMs, text }) => `<li><span>${words.day(atMs)}, ${words.time(atMs)}</span> ${escapeText(text)}</li>`,
  );
  return items.length === 0 ? '' : `<h3>What happened</h3><ul class="happened">${lines(items)}</ul>`;
}

function mailList({ recording }: Judged, words: Words): string {
  return lines(
    '<h3>The mails that were sent</h3>',
    recording.mails.map(({ atMs, from, to, subject, text }) =>
      lines(
        `<details><summary>${words.time(atMs)} · ${escapeText(subject)}</summary>`,
        `<p class="aside">From ${escapeText(from)} to ${escapeText(to)}</p><pre>${escapeText(text)}</pre></details>`,
      ),
    ),
  );
}

function sources({ recording }: Judged): string {
  const items = recording.scenario.sources.map(({ id, url, for: what }) => {
    const name =
      url !== undefined && /^https?:/.test(url)
        ? `<a href="${escapeText(url)}">${escapeText(id)}</a>`
        : escapeText(id);
    return `<li>${name}: ${escapeText(what)}</li>`;
  });
  if (items.length === 0) return '';
  return `<details><summary>Where the figures of this drive come from</summary><ul>${lines(items)}</ul></details>`;
}

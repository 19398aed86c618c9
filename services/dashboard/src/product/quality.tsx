import { useSignal, useSignalEffect } from '@preact/signals';
import type { QualityView, ShareView } from '../server/answers.ts';
import { ask } from '../server/ask.ts';
import { messageOf, reading } from '../store.ts';
import { ruleText, texts } from '../texts/texts.ts';
import { minutes, percent } from '../words/format.ts';
import { HeldRules } from './held-rules.tsx';

/** What warnings and forecasts were worth: figures about crowds, nobody's car among them. */
export function Quality() {
  const quality = useSignal<QualityView | undefined>(undefined);
  const cars = useSignal<'real' | 'synthetic'>('real');
  const isChosen = useSignal(false);
  const problem = useSignal<string | undefined>(undefined);
  const load = async (): Promise<void> => {
    try {
      const read = await ask<QualityView>('GET', `/v1/quality?cars=${cars.value}`);
      problem.value = undefined;
      // Where all there is was made up, that is what somebody came to see; the choice above the figures says so.
      if (!isChosen.peek() && read.stretches === 0 && read.leftOut > 0) {
        isChosen.value = true;
        cars.value = 'synthetic';
      } else quality.value = read;
    } catch (error) {
      problem.value = messageOf(error);
    }
  };
  useSignalEffect(() => void load());
  const words = texts.value.quality;
  return (
    <section class="card quality">
      <h2>{words.title}</h2>
      <label>
        {words.cars}
        <select
          value={cars.value}
          onChange={({ currentTarget }) => {
            isChosen.value = true;
            cars.value = currentTarget.value === 'synthetic' ? 'synthetic' : 'real';
          }}
        >
          <option value="real">{words.real}</option>
          <option value="synthetic">{words.synthetic}</option>
        </select>
      </label>
      {problem.value !== undefined && (
        <p class="problem" role="alert">
          {problem.value}
        </p>
      )}
      {quality.value === undefined && problem.value === undefined && (
        <p role="status">{texts.value.loading}</p>
      )}
      {quality.value !== undefined && <Figures quality={quality.value} />}
      {quality.value !== undefined && <HeldRules held={quality.value.held} reload={load} />}
    </section>
  );
}

/** `82 % (61 to 94 %, of 17)`, or that there are too few to say. */
function shareText({ ratio, low, high, of }: ShareView): string {
  const [words, read] = [texts.value.quality, reading.value];
  if (ratio === null) return words.few(String(of));
  const end = (value: number | null): string => percent(100 * (value ?? 0), read);
  return words.share(end(ratio), String(Math.round(100 * (low ?? 0))), end(high), String(of));
}

function Figures({ quality }: { readonly quality: QualityView }) {
  const words = texts.value.quality;
  const { days, stretches, recall, forecasts } = quality;
  return (
    <>
      <p>{words.about(String(days), String(stretches))}</p>
      {stretches === 0 && <p class="quiet">{words.empty}</p>}
      <dl>
        <dt>{words.overall}</dt>
        <dd>{shareText(recall)}</dd>
        <dt>{words.coverage}</dt>
        <dd>{shareText(forecasts.coverage)}</dd>
        <dt>{words.brier}</dt>
        <dd>{forecasts.brier === null ? words.few(String(forecasts.count)) : forecasts.brier.toFixed(3)}</dd>
      </dl>
      {quality.rules.length > 0 && <Rules rules={quality.rules} complaints={quality.notUseful} />}
    </>
  );
}

function Rules({
  rules,
  complaints,
}: {
  readonly rules: QualityView['rules'];
  readonly complaints: QualityView['notUseful'];
}) {
  const words = texts.value.quality;
  const columns = [
    words.rule,
    words.stretches,
    words.precision,
    words.recall,
    words.actedOn,
    words.lead,
    words.complaints,
  ];
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keyboard
    <section class="scroll" tabIndex={0} aria-label={words.title}>
      <table>
        <thead>
          <tr>
            {columns.map((name) => (
              <th scope="col" key={name}>
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rules.map(({ ruleId, stretches, precision, recall, actedOn, leadS, isBelowBar }) => (
            <tr key={ruleId}>
              <th scope="row">
                {ruleText(ruleId)}
                {isBelowBar && ` – ${words.belowBar}`}
              </th>
              <td>{stretches}</td>
              <td>{shareText(precision)}</td>
              <td>{shareText(recall)}</td>
              <td>{shareText(actedOn)}</td>
              <td>{leadS === null ? '–' : minutes(leadS / 60, reading.value)}</td>
              <td>{complaints.find((one) => one.ruleId === ruleId)?.notUseful ?? 0}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

import { useSignal } from '@preact/signals';
import type { QualityView } from '../server/answers.ts';
import { ask } from '../server/ask.ts';
import { messageOf, nowMs, reading } from '../store.ts';
import { ruleText, texts } from '../texts/texts.ts';
import { moment } from '../words/format.ts';

type Held = QualityView['held'][number];

/** Rules that may raise silent cards only, and what somebody decides about each. */
export function HeldRules({
  held,
  reload,
}: {
  readonly held: readonly Held[];
  readonly reload: () => Promise<void>;
}) {
  const problem = useSignal<string | undefined>(undefined);
  const words = texts.value.quality;
  if (held.length === 0) return null;
  const answer = async (path: string, body?: object): Promise<void> => {
    problem.value = await ask('POST', path, body).then(() => undefined, messageOf);
    await reload();
  };
  return (
    <section>
      <h2>{words.held}</h2>
      {problem.value !== undefined && (
        <p class="problem" role="alert">
          {problem.value}
        </p>
      )}
      <ol>
        {held.map(({ ruleId, kind, until, isKept }) => (
          <li key={`${ruleId} ${kind}`}>
            <span class="name">{ruleText(ruleId)}</span>
            <p class="aside">
              {words.kinds[kind]}
              {isKept && ` · ${words.kept}`}
              {until !== undefined && ` · ${words.until(moment(until, nowMs.value, reading.value))}`}
            </p>
            <div class="row">
              <button
                type="button"
                onClick={() =>
                  void (kind === 'brake'
                    ? answer(`/v1/rules/${ruleId}/brake`, { answer: 'release' })
                    : answer(`/v1/rules/${ruleId}/reinstate`))
                }
              >
                {words.release}
              </button>
              {kind === 'brake' && !isKept && (
                <button
                  type="button"
                  onClick={() => void answer(`/v1/rules/${ruleId}/brake`, { answer: 'keep' })}
                >
                  {words.keep}
                </button>
              )}
            </div>
          </li>
        ))}
      </ol>
    </section>
  );
}

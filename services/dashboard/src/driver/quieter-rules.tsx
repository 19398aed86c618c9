import { useSignal, useSignalEffect } from '@preact/signals';
import type { QuieterRuleView } from '../server/answers.ts';
import { ask } from '../server/ask.ts';
import { messageOf } from '../store.ts';
import { ruleText, texts } from '../texts/texts.ts';

/** Rules this person called not useful, and which speak later to them for it; none: nothing is shown. */
export function QuieterRules() {
  const rules = useSignal<readonly QuieterRuleView[]>([]);
  const problem = useSignal<string | undefined>(undefined);
  const load = async (): Promise<void> => {
    try {
      rules.value = (
        await ask<{ rules: readonly QuieterRuleView[] }>('GET', '/v1/people/me/quieter-rules')
      ).rules;
      problem.value = undefined;
    } catch (error) {
      problem.value = messageOf(error);
    }
  };
  useSignalEffect(() => void load());
  const clear = async (ruleId: string): Promise<void> => {
    const failed = await ask('DELETE', `/v1/people/me/quieter-rules/${ruleId}`).then(
      () => undefined,
      messageOf,
    );
    await load();
    if (failed !== undefined) problem.value = failed;
  };
  const words = texts.value.preferences;
  if (rules.value.length === 0 && problem.value === undefined) return null;
  return (
    <section class="card">
      <h2>{words.quieter}</h2>
      <p class="aside">{words.quieterAbout}</p>
      {problem.value !== undefined && (
        <p class="problem" role="alert">
          {problem.value}
        </p>
      )}
      <ol>
        {rules.value.map(({ ruleId, isQuieter }) => (
          <li key={ruleId}>
            <span class="name">{ruleText(ruleId)}</span>
            {isQuieter && <span class="aside"> – {words.quieterNow}</span>}
            <button type="button" class="plain" onClick={() => void clear(ruleId)}>
              {words.quieterClear}
            </button>
          </li>
        ))}
      </ol>
    </section>
  );
}

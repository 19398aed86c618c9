import { Answers } from '../driver/advice-card.tsx';
import { digestsOf } from '../seen.ts';
import { nowMs, seen } from '../store.ts';
import { texts } from '../texts/texts.ts';

/** One message about many cars, for whoever looks after them: above whatever they look at. */
export function Digests() {
  const digests = digestsOf(seen.value, nowMs.value);
  if (digests.length === 0) return null;
  return (
    <section class="digests" aria-label={texts.value.digests}>
      {digests.map(({ alertId, severity, title, body }) => (
        <article key={alertId} class={`card advice ${severity}`} aria-labelledby={`title-${alertId}`}>
          <h3 id={`title-${alertId}`}>{title}</h3>
          {body !== undefined && <p>{body}</p>}
          <Answers alertId={alertId} />
        </article>
      ))}
    </section>
  );
}

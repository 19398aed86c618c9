import { type Signal, useSignal } from '@preact/signals';
import { ask } from '../server/ask.ts';
import { messageOf } from '../store.ts';
import { texts } from '../texts/texts.ts';

export interface Place {
  readonly name: string;
  readonly lat: number;
  readonly lon: number;
}

/** A place by its name: looked up when asked, and chosen among what was found. */
export function PlaceField({
  label,
  chosen,
}: {
  readonly label: string;
  readonly chosen: Signal<Place | undefined>;
}) {
  const text = useSignal('');
  const found = useSignal<readonly Place[] | undefined>(undefined);
  const problem = useSignal<string | undefined>(undefined);
  const words = texts.value.plan;
  const find = async (): Promise<void> => {
    problem.value = undefined;
    try {
      const { places } = await ask<{ places: readonly Place[] }>('POST', '/v1/places', { text: text.value });
      found.value = places;
      chosen.value = places[0];
    } catch (error) {
      found.value = undefined;
      problem.value = messageOf(error);
    }
  };
  return (
    <div class="place">
      <label>
        {label}
        <span class="row">
          <input
            type="text"
            required
            minLength={2}
            maxLength={200}
            placeholder={words.hint}
            value={text.value}
            onInput={({ currentTarget }) => {
              text.value = currentTarget.value;
              chosen.value = undefined;
              found.value = undefined;
            }}
          />
          <button type="button" disabled={text.value.trim().length < 2} onClick={() => void find()}>
            {words.find}
          </button>
        </span>
      </label>
      {problem.value !== undefined && (
        <p class="problem" role="alert">
          {problem.value}
        </p>
      )}
      <Found found={found.value} chosen={chosen} />
    </div>
  );
}

function Found({
  found,
  chosen,
}: {
  readonly found: readonly Place[] | undefined;
  readonly chosen: Signal<Place | undefined>;
}) {
  const words = texts.value.plan;
  if (found === undefined) return null;
  const [only, ...others] = found;
  if (only === undefined) return <p class="problem">{words.nothing}</p>;
  if (others.length === 0) return <p role="status">{words.found(only.name)}</p>;
  return (
    <label>
      {words.choose}
      <select
        onChange={({ currentTarget }) => {
          chosen.value = found[currentTarget.selectedIndex];
        }}
      >
        {found.map(({ name, lat, lon }) => (
          <option key={`${lat},${lon}`}>{name}</option>
        ))}
      </select>
    </label>
  );
}

import type { AlertView } from '../server/answers.ts';
import { reading } from '../store.ts';
import { texts } from '../texts/texts.ts';
import { age } from '../words/format.ts';

/** What a warning rested on, each with how old it was then. */
export function Evidence({ alert }: { readonly alert: AlertView }) {
  const words = texts.value.warnings;
  const { inputs, modelVersion } = alert.evidence;
  return (
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keyboard */}
      <section class="scroll" tabIndex={0} aria-label={words.whyTitle}>
        <table>
          <thead>
            <tr>
              <th scope="col">{words.input}</th>
              <th scope="col">{words.value}</th>
              <th scope="col">{words.age}</th>
            </tr>
          </thead>
          <tbody>
            {inputs.map(({ name, value, unit, ageS }) => (
              <tr key={name}>
                <th scope="row">{name}</th>
                <td>{valueText(value, unit)}</td>
                <td>{ageS === null ? words.timeless : age(ageS, reading.value)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      <p class="aside">{words.model(modelVersion)}</p>
    </>
  );
}

function valueText(value: number | string | boolean | null, unit: string | undefined): string {
  const words = texts.value.warnings;
  if (value === null) return words.unknown;
  if (typeof value === 'boolean') return value ? words.yes : words.no;
  if (typeof value === 'string') return value;
  const text = new Intl.NumberFormat(reading.value.language, { maximumFractionDigits: 2 }).format(value);
  return unit === undefined ? text : `${text} ${unit}`;
}

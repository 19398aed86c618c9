import { useSignal, useSignalEffect } from '@preact/signals';
import type { ConsentView, PersonView } from '../server/answers.ts';
import { ask } from '../server/ask.ts';
import { Passkeys } from '../shell/passkeys.tsx';
import { SignOut } from '../shell/sign-out.tsx';
import { me, messageOf, vehicle } from '../store.ts';
import { texts } from '../texts/texts.ts';
import { PushHere } from './push-here.tsx';
import { QuieterRules } from './quieter-rules.tsx';

/** How and when I am told, how I read, and what data may be used for. */
export function Preferences() {
  const problem = useSignal<string | undefined>(undefined);
  const isSaved = useSignal(false);
  const person = me.value;
  if (person === undefined) return null;
  const change = async (said: object): Promise<void> => {
    problem.value = undefined;
    isSaved.value = false;
    try {
      me.value = await ask<PersonView>('PATCH', '/v1/people/me', said);
      isSaved.value = true;
    } catch (error) {
      problem.value = messageOf(error);
    }
  };
  const words = texts.value.preferences;
  return (
    <>
      <section class="card preferences">
        <h2>{words.title}</h2>
        {problem.value !== undefined && (
          <p class="problem" role="alert">
            {problem.value}
          </p>
        )}
        <p class="done" role="status">
          {isSaved.value && texts.value.saved}
        </p>
        <Channels person={person} change={change} />
        <PushHere />
        <QuietHours person={person} change={change} />
        <HowRead person={person} change={change} />
      </section>
      <QuieterRules />
      <Consents />
      <Passkeys />
      <SignOut />
    </>
  );
}

interface Changing {
  readonly person: PersonView;
  readonly change: (said: object) => Promise<void>;
}

function Channels({ person, change }: Changing) {
  const words = texts.value.preferences;
  const { channels, email, phone, phoneVerified } = person;
  /** Why a channel would not reach the person now. */
  const missing = (name: string): string | undefined => {
    if (name === 'sms') return phone === null ? words.noAddress : phoneVerified ? undefined : words.unproved;
    return name === 'email' && email === null ? words.noAddress : undefined;
  };
  const offered = [...new Set(['feed', 'email', 'sms', ...channels])];
  return (
    <fieldset>
      <legend>{words.channels}</legend>
      {offered.map((name) => (
        <label class="switch" key={name}>
          <input
            type="checkbox"
            checked={channels.includes(name)}
            onChange={({ currentTarget }) =>
              void change({
                channels: currentTarget.checked
                  ? [...channels, name]
                  : channels.filter((one) => one !== name),
              })
            }
          />
          {words.channelNames[name] ?? name}
          {missing(name) !== undefined && <span class="aside"> – {missing(name)}</span>}
        </label>
      ))}
    </fieldset>
  );
}

const USUAL_QUIET = { from: '22:30', to: '07:00' };

function QuietHours({ person: { quietHours }, change }: Changing) {
  const words = texts.value.preferences;
  const time = (which: 'from' | 'to', label: string) => (
    <label>
      {label}
      <input
        type="time"
        required
        value={quietHours?.[which]}
        onChange={({ currentTarget }) =>
          currentTarget.value !== '' &&
          void change({ quietHours: { ...USUAL_QUIET, ...quietHours, [which]: currentTarget.value } })
        }
      />
    </label>
  );
  return (
    <fieldset>
      <legend>{words.quiet}</legend>
      <p class="aside">{words.quietAbout}</p>
      <label class="switch">
        <input
          type="checkbox"
          checked={quietHours !== null}
          onChange={({ currentTarget }) =>
            void change({ quietHours: currentTarget.checked ? USUAL_QUIET : null })
          }
        />
        {words.quietOn}
      </label>
      {quietHours !== null && (
        <div class="row">
          {time('from', words.quietFrom)}
          {time('to', words.quietTo)}
        </div>
      )}
    </fieldset>
  );
}

function HowRead({ person: { language, units, timeZone }, change }: Changing) {
  const words = texts.value.preferences;
  return (
    <fieldset>
      <legend>{words.language}</legend>
      <label>
        {words.language}
        <select
          value={language.slice(0, 2)}
          onChange={({ currentTarget }) => void change({ language: currentTarget.value })}
        >
          <option value="en">English</option>
          <option value="de">Deutsch</option>
        </select>
      </label>
      <label>
        {words.units}
        <select value={units} onChange={({ currentTarget }) => void change({ units: currentTarget.value })}>
          <option value="metric">{words.metric}</option>
          <option value="imperial">{words.imperial}</option>
        </select>
      </label>
      <label>
        {words.timeZone}
        <select
          value={timeZone}
          onChange={({ currentTarget }) => void change({ timeZone: currentTarget.value })}
        >
          {[...new Set([timeZone, 'UTC', ...Intl.supportedValuesOf('timeZone')])].map((name) => (
            <option key={name}>{name}</option>
          ))}
        </select>
      </label>
    </fieldset>
  );
}

interface Purposes {
  readonly textVersion: string;
  readonly purposes: readonly { readonly purpose: string; readonly text: string }[];
}

function Consents() {
  const purposes = useSignal<Purposes | undefined>(undefined);
  const consents = useSignal<readonly ConsentView[]>([]);
  const problem = useSignal<string | undefined>(undefined);
  const isForgotten = useSignal(false);
  const car = vehicle.value;
  const vehicleId = car?.vehicleId;
  const attempt = async (run: () => Promise<void>): Promise<void> => {
    problem.value = undefined;
    await run().catch((error: unknown) => {
      problem.value = messageOf(error);
    });
  };
  const load = async (): Promise<void> => {
    purposes.value = await ask<Purposes>('GET', '/v1/purposes');
    consents.value = (
      await ask<{ consents: readonly ConsentView[] }>('GET', `/v1/vehicles/${vehicleId}`)
    ).consents;
  };
  useSignalEffect(() => {
    if (vehicle.value !== undefined) void attempt(load);
  });
  if (car === undefined || purposes.value === undefined) return null;
  const { textVersion } = purposes.value;
  const words = texts.value.preferences;
  const put = (purpose: string, granted: boolean): Promise<void> =>
    attempt(async () => {
      await ask('PUT', `/v1/vehicles/${vehicleId}/consents/${purpose}`, { granted, textVersion });
      await load();
    });
  return (
    <section class="card">
      <h2>{words.consents(car.label)}</h2>
      <p class="aside">{words.consentsAbout}</p>
      {problem.value !== undefined && (
        <p class="problem" role="alert">
          {problem.value}
        </p>
      )}
      {purposes.value.purposes.map(({ purpose, text }) => (
        <label class="switch" key={purpose}>
          <input
            type="checkbox"
            checked={consents.value.some((one) => one.purpose === purpose && one.granted)}
            onChange={({ currentTarget }) => void put(purpose, currentTarget.checked)}
          />
          <span lang="en">{text}</span>
        </label>
      ))}
      <p class="aside">{words.learnedAbout}</p>
      <button
        type="button"
        onClick={() =>
          void attempt(async () => {
            await ask('DELETE', `/v1/vehicles/${vehicleId}/learned`);
            isForgotten.value = true;
          })
        }
      >
        {words.learned}
      </button>
      <p role="status">{isForgotten.value && words.learnedDone}</p>
    </section>
  );
}

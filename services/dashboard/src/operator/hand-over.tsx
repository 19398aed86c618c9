import { useSignal, useSignalEffect } from '@preact/signals';
import type { AssignmentView, ColleagueView } from '../server/answers-staff.ts';
import { ask } from '../server/ask.ts';
import { messageOf } from '../store.ts';
import { texts } from '../texts/texts.ts';
import { loadNeeds } from './fleet.ts';

const partsOf = (vehicleId: string): string => `/v1/vehicles/${encodeURIComponent(vehicleId)}/assignments`;

/** Who looks after the car besides its driver, and giving it to one more: they are told of its warnings. */
export function HandOver({ vehicleId }: { readonly vehicleId: string }) {
  const colleagues = useSignal<readonly ColleagueView[] | undefined>(undefined);
  const held = useSignal<readonly AssignmentView[]>([]);
  const outcome = useSignal<string | undefined>(undefined);
  const problem = useSignal<string | undefined>(undefined);
  const attempt = async (work: () => Promise<string | undefined>): Promise<void> => {
    try {
      outcome.value = await work();
      const { assignments } = await ask<{ assignments: readonly AssignmentView[] }>(
        'GET',
        partsOf(vehicleId),
      );
      held.value = assignments.filter(({ part }) => part === 'crew');
      // It may be whoever looks.
      if (outcome.value !== undefined) await loadNeeds();
      problem.value = undefined;
    } catch (error) {
      problem.value = messageOf(error);
    }
  };
  useSignalEffect(() => {
    void attempt(async () => {
      colleagues.value = (
        await ask<{ colleagues: readonly ColleagueView[] }>('GET', '/v1/colleagues')
      ).colleagues;
      return undefined;
    });
  });
  const words = texts.value.handOver;
  const nameOf = (personId: string): string =>
    colleagues.value?.find((one) => one.personId === personId)?.name ?? words.somebody;
  const give = (personId: string): Promise<void> =>
    attempt(async () => {
      await ask('POST', partsOf(vehicleId), { personId, part: 'crew' });
      return words.done(nameOf(personId));
    });
  const end = ({ assignmentId, personId }: AssignmentView): Promise<void> =>
    attempt(async () => {
      await ask('DELETE', `${partsOf(vehicleId)}/${encodeURIComponent(assignmentId)}`);
      return words.ended(nameOf(personId));
    });
  return (
    <div class="hand-over">
      <h4>{words.title}</h4>
      {held.value.length > 0 && (
        <ul>
          {held.value.map((one) => (
            <li key={one.assignmentId}>
              {nameOf(one.personId)}{' '}
              <button type="button" class="plain" onClick={() => void end(one)}>
                {words.end(nameOf(one.personId))}
              </button>
            </li>
          ))}
        </ul>
      )}
      <Choice
        colleagues={colleagues.value?.filter(
          (one) => !held.value.some(({ personId }) => personId === one.personId),
        )}
        onGive={give}
      />
      {problem.value !== undefined && (
        <p class="problem" role="alert">
          {problem.value}
        </p>
      )}
      <p class="done" role="status">
        {outcome.value}
      </p>
    </div>
  );
}

interface ChoiceProps {
  readonly colleagues: readonly ColleagueView[] | undefined;
  readonly onGive: (personId: string) => Promise<void>;
}

function Choice({ colleagues, onGive }: ChoiceProps) {
  const chosen = useSignal('');
  const words = texts.value.handOver;
  if (colleagues === undefined) return <p role="status">{texts.value.loading}</p>;
  if (colleagues.length === 0) return <p class="quiet">{words.nobody}</p>;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        const personId = chosen.value;
        chosen.value = '';
        void onGive(personId);
      }}
    >
      <label>
        {words.to}
        <select
          required
          value={chosen.value}
          onChange={({ currentTarget }) => (chosen.value = currentTarget.value)}
        >
          <option value="">{words.choose}</option>
          {colleagues.map(({ personId, name, roles }) => (
            <option key={personId} value={personId}>
              {name} ({roles.map((role) => words.roles[role]).join(', ')})
            </option>
          ))}
        </select>
      </label>
      <button type="submit">{words.give}</button>
    </form>
  );
}

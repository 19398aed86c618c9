import { commandAnswer } from '@outrider/domain';
import type { FrameId, NamedFrame } from './frame.ts';

/** What a car says of a command: `{"id":8,"answer":{"command":"cmd_…","state":"accepted"}}`. */
export function readAnswer(
  id: FrameId | undefined,
  value: Readonly<Record<string, unknown>>,
  bytes: Uint8Array,
): NamedFrame {
  const refuse = (detail: string): NamedFrame => ({
    id,
    frame: { kind: 'refused', code: 'bad-shape', detail: detail.slice(0, 200) },
  });
  for (const field in value)
    if (field !== 'id' && field !== 'answer') return refuse(`unknown field ${JSON.stringify(field)}`);
  // A name that cannot be given back is none.
  if (value.id !== undefined && id === undefined)
    return refuse('id is a number or a string of up to 100 characters');
  const parsed = commandAnswer.safeParse(value.answer);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return refuse(`${['answer', ...(issue?.path ?? [])].join('.')}: ${issue?.message ?? 'is wrong'}`);
  }
  const { command, state, reason } = parsed.data;
  const said = { kind: 'answer', bytes, commandId: command, state } as const;
  return { id, frame: reason === undefined ? said : { ...said, reason } };
}

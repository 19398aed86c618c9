import type { RuleLoad } from '@outrider/domain';
import { onOneLine } from '../table.ts';

const KINDS: Readonly<Record<RuleLoad['kind'], string>> = {
  start: 'started with',
  reload: 'took over',
  refused: 'REFUSED',
};

/** For people: newest first. */
export function loadsText(loads: readonly RuleLoad[]): string {
  if (loads.length === 0) return 'No load of rules is stored: no predictor ran on these files.\n';
  return loads.map(loadText).join('');
}

function loadText({ atMs, kind, process, setId, beforeId, lines }: RuleLoad): string {
  const at = new Date(atMs).toISOString().slice(0, 19).replace('T', ' ');
  const before = beforeId === null || beforeId === setId ? '' : ` after ${beforeId}`;
  const said = lines.length === 0 && kind !== 'refused' ? ['nothing changed'] : lines;
  const head = `${at} UTC  ${KINDS[kind]}  set ${setId}${before}, by ${process}`;
  return `${[head, ...said.map((line) => `  ${onOneLine(line)}`)].join('\n')}\n`;
}

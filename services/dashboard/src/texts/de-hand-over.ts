import type { HandOverTexts } from './en-hand-over.ts';

/** What handing a car over says in German. */
export const deHandOver: HandOverTexts = {
  mine: 'bei mir',
  title: 'Wer sich kümmert',
  to: 'Übergeben an',
  choose: 'Jemanden wählen',
  give: 'Übergeben',
  roles: { crew: 'Servicecrew', operator: 'Leitstelle' },
  done: (name) => `${name} hat es jetzt und erfährt von seinen Warnungen.`,
  end: (name) => `Von ${name} zurücknehmen`,
  ended: (name) => `${name} hat es nicht mehr.`,
  nobody: 'Es gibt sonst niemanden, dem man es übergeben kann.',
  somebody: 'Jemand',
};

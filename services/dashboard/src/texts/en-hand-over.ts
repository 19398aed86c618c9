/** What handing a car over says in English. */
export const enHandOver = {
  mine: 'with me',
  title: 'Who looks after it',
  to: 'Hand over to',
  choose: 'Choose somebody',
  give: 'Hand over',
  roles: { crew: 'crew', operator: 'operator' },
  done: (name: string) => `${name} has it, and is told of its warnings.`,
  end: (name: string) => `Take it back from ${name}`,
  ended: (name: string) => `${name} has it no more.`,
  nobody: 'There is nobody else to hand it to.',
  somebody: 'Somebody',
};
export type HandOverTexts = typeof enHandOver;

import { computed } from '@preact/signals';
import { reading } from '../store.ts';
import { de } from './de.ts';
import { en, type Texts } from './en.ts';

const TEXTS: Readonly<Record<'en' | 'de', Texts>> = { en, de };

/** Everything the page says, in the person's language. */
export const texts = computed(() => TEXTS[reading.value.language]);

/** A rule by the name people know it; one of a team's own by its id. */
export const ruleText = (ruleId: string): string => texts.value.rules[ruleId] ?? ruleId.replaceAll('-', ' ');

import type { Format } from '../format.ts';
import { abrp } from './abrp.ts';
import { vssJson } from './vss-json.ts';

/** Every wire format. A new one is a file beside this, its fixtures, a line here and its name in the domain. */
export const formats: readonly Format[] = [vssJson, abrp];

export { type ComposeOptions, type Composition, composeServices } from './compose.ts';
export { StillBusy } from './idle.ts';
export { readStandaloneSettings, type StandaloneSettings } from './settings.ts';

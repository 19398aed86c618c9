export { type ComposeOptions, type Composition, composeServices, type OpenEngines } from './compose.ts';
export { StillBusy } from './idle.ts';
export { readStandaloneSettings, type StandaloneSettings } from './settings.ts';

import { replaceModule } from './replace-module.ts';

replaceModule('@outrider/telemetry', new URL('./commit-early.engine-module.ts', import.meta.url));

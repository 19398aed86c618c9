import { replaceModule } from './replace-module.ts';

replaceModule('@outrider/state', new URL('./skip-dedupe.engine-module.ts', import.meta.url));

import { replaceModule } from './replace-module.ts';

replaceModule('@outrider/bus', new URL('./ack-early.engine-module.ts', import.meta.url));

import { registerHooks } from 'node:module';

/** From now on a service's main.ts that imports `specifier` gets `file` instead; everybody else gets the real one. */
export function replaceModule(specifier: string, file: URL): void {
  registerHooks({
    resolve(asked, context, next) {
      const isMain = /\/services\/[^/]+\/src\/main\.ts$/.test(context.parentURL ?? '');
      return next(isMain && asked === specifier ? file.href : asked, context);
    },
  });
}

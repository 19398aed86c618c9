import { defineConfig } from 'vite';

/** The service worker has to lie at the root, under a name that never changes: browsers ask for it by that name. */
const WORKER = 'service-worker';

export default defineConfig({
  root: import.meta.dirname,
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    target: 'es2023',
    // Small files too: the page's policy lets no data: through but for images.
    assetsInlineLimit: 0,
    // The map, which is loaded later; what is loaded first is measured by the browser test.
    chunkSizeWarningLimit: 1_100,
    rollupOptions: {
      input: { page: 'index.html', [WORKER]: `src/${WORKER}.ts` },
      output: {
        entryFileNames: ({ name }) => (name === WORKER ? '[name].js' : 'assets/[name]-[hash].js'),
      },
    },
  },
});

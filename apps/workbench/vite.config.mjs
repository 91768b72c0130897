// The page of the workbench: Preact and its own style sheet, nothing from elsewhere.
import { fileURLToPath } from 'node:url';
import { defaultClientConditions } from 'vite';

export default {
  // What it shares with the debug panel is taken from the source, built or not.
  resolve: { conditions: ['quartet-source', ...defaultClientConditions] },
  root: fileURLToPath(new URL('page', import.meta.url)),
  build: {
    outDir: fileURLToPath(new URL('dist/page', import.meta.url)),
    emptyOutDir: true,
    // A data: URL for a font would need a wider policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  // Of use to nobody but a debugger, and half as large again; Vite would take them in whenever NODE_ENV is set.
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact', development: false } },
};

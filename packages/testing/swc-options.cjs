'use strict';
// How TypeScript is compiled where tsc is not used: in tests and in development.
// The same output as tsc with packages/tsconfig/base.json: legacy decorators with their metadata.
/** @type {import('@swc/core').Options} */
exports.swcOptions = {
  sourceMaps: 'inline',
  module: { type: 'commonjs' },
  jsc: {
    target: 'es2022',
    parser: { syntax: 'typescript', decorators: true },
    transform: {
      legacyDecorator: true,
      decoratorMetadata: true,
      useDefineForClassFields: false,
    },
    keepClassNames: true,
  },
};

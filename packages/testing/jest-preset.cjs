/** One Jest configuration for every package: TypeScript by swc, workspace packages from their sources. */
module.exports = {
  testEnvironment: "node",
  testEnvironmentOptions: { customExportConditions: ["quartet-source", "node", "require", "default"] },
  testMatch: ["<rootDir>/test/**/*.test.ts"],
  transform: {
    "^.+\\.ts$": [
      require.resolve("@swc/jest"),
      {
        sourceMaps: "inline",
        module: { type: "commonjs" },
        jsc: {
          target: "es2022",
          parser: { syntax: "typescript", decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: false },
          keepClassNames: true,
        },
      },
    ],
  },
};

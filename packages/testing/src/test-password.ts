/** The password in the address of every server that tests start. Whoever prints it fails the test. */
export const { PASSWORD: TEST_PASSWORD } = require('../servers/process.cjs') as {
  PASSWORD: string;
};

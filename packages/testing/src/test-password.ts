/** The password in the address of every server that tests start. A test that prints it fails. */
export const { PASSWORD: TEST_PASSWORD } = require('../servers/process.cjs') as {
  PASSWORD: string;
};

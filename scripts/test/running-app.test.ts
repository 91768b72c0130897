import { folderWith } from './support/command';
import { freePort } from './support/fixture-apps';

const { RunningApp } = require('../lib/running-app.cjs') as {
  RunningApp: new (
    app: object,
    width: number,
    options: object,
  ) => { failed: Promise<never>; stop(): Promise<void> };
};

test('with watch, the cause of an app’s end is found also when both of its pipes are read late', async () => {
  const folder = folderWith({ 'src/server.ts': "throw new TypeError('no such option: poool');" });
  const app = { style: 'two', folder, port: await freePort() };
  const options = { env: () => ({}), print: () => undefined, watch: true, stopDeadlineMs: 1000 };
  const running = new RunningApp(app, 3, options);
  const until = performance.now() + 3000;
  while (performance.now() < until); // this process is busy, and the app ends meanwhile
  await expect(running.failed).rejects.toThrow(
    'two could not start: TypeError: no such option: poool',
  );
  await running.stop();
}, 20_000);

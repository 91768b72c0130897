import { until } from '@quartet/testing';
import { folderWith } from './support/command';
import { freePort } from './support/fixture-apps';

const { RunningApp } = require('../lib/running-app.cjs') as {
  RunningApp: new (app: object, width: number, options: object) => { stop(): Promise<void> };
};

test('with watch, the cause of an app’s end is found also when both of its pipes are read late', async () => {
  const folder = folderWith({ 'src/server.ts': "throw new TypeError('no such option: poool');" });
  const app = { style: 'two', folder, port: await freePort() };
  const printed: string[] = [];
  const print = (line: string): number => printed.push(line);
  const options = { env: () => ({}), print, watch: true, stopDeadlineMs: 1000 };
  const running = new RunningApp(app, 3, options);
  const busyUntil = performance.now() + 3000;
  while (performance.now() < busyUntil); // this process is busy, and the app ends meanwhile
  await until(() => printed.length === 2);
  expect(printed[1]).toMatch(/^two \| has ended: TypeError: no such option: poool\./);
  await running.stop();
}, 20_000);

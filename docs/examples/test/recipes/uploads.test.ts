import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from '@quartet/testing';
import { createApp, sweep } from '../../src/recipes/uploads';
import { onEachEngine } from './support';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'quartet-uploads-'));
});
afterAll(() => rm(folder, { recursive: true }));

onEachEngine(
  (engine) => createApp(engine, folder),
  (stage) => {
    const put = (name: string, body: string) =>
      fetch(`${stage.url}/uploads/${name}`, { method: 'PUT', body });
    const rows = () => stage.stored('select name from uploads');
    const files = () => readdir(folder);
    afterAll(async () => {
      for (const file of await files()) await rm(join(folder, file));
    });

    test('a file is stored with its row, and served', async () => {
      expect((await put('a.txt', 'one')).status).toBe(201);
      expect(await (await fetch(`${stage.url}/uploads/a.txt`)).text()).toBe('one');
      expect((await put('..%2F..%2Fa.txt', 'two')).status).toBe(201); // a name is only a name
      expect(await files()).toHaveLength(2);
    });

    test('a file whose row is refused is removed again', async () => {
      expect((await put('a.txt', 'other')).status).toBe(409);
      expect(await files()).toHaveLength(2);
      expect(await (await fetch(`${stage.url}/uploads/a.txt`)).text()).toBe('one');
    });

    test('a client that leaves in the middle leaves nothing, and holds no connection before', async () => {
      const upload = request(`${stage.url}/uploads/half.txt`, { method: 'PUT' });
      upload.on('error', () => undefined); // it is us who leave
      upload.write('the first half, and');
      await until(async () => (await files()).length === 3);
      expect(stage.engine.status().inUse).toBe(0);
      upload.destroy();
      await until(async () => (await files()).length === 2);
      expect(await rows()).not.toContain('half.txt');
    });

    test('a client that leaves while its row is written leaves nothing either', async () => {
      const other = await stage.engine.connect();
      await other.begin({ begin: 'eager' });
      await other.execute("insert into uploads values ('slow.txt', 'x')"); // the same name: ours waits for it
      const upload = request(`${stage.url}/uploads/slow.txt`, { method: 'PUT' });
      upload.on('error', () => undefined);
      upload.end('all of it');
      await until(async () => (await files()).length === 3);
      upload.destroy();
      await until(async () => (await files()).length === 2);
      await other.rollback();
      await other.close();
      expect(await rows()).not.toContain('slow.txt');
    });

    test('the sweep removes files without a row, but none whose row may be on the way', async () => {
      await writeFile(join(folder, 'left-by-a-process-that-died'), 'x');
      expect((await stage.ask('DELETE', '/uploads/..%2F..%2Fa.txt')).status).toBe(204);
      await sweep(stage.engine, folder);
      expect(await files()).toHaveLength(3);
      await sweep(stage.engine, folder, 0);
      expect(await files()).toHaveLength(1);
      expect(await (await fetch(`${stage.url}/uploads/a.txt`)).text()).toBe('one');
    });
  },
);

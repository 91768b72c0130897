import { createEngine, DatabaseUrl } from '@quartet/db-core';

test('a URL with several hosts is a list of URLs with one each, in their order, with their own ports', () => {
  const url = new DatabaseUrl(
    'postgresql://app:secret@db1,db2:5433,[::1]:5434/shop?application_name=x',
  );
  expect(url.hosts.map(({ node }) => node)).toEqual(['db1:5432', 'db2:5433', '[::1]:5434']);
  expect(url.hosts.map(({ host, port }) => [host, port])).toEqual([
    ['db1', undefined],
    ['db2', 5433],
    ['::1', 5434],
  ]);
  for (const each of url.hosts)
    expect(each).toMatchObject({
      database: 'shop',
      username: 'app',
      password: 'secret',
      query: { application_name: 'x' },
    });
});

test('what is printed of a list is the whole list, and no password', () => {
  const url = new DatabaseUrl('mariadb://app:secret@n1,n2:3307/shop');
  expect(`${url}`).toBe('mariadb://app:***@n1,n2:3307/shop');
  expect(url.hosts.map(String)).toEqual([
    'mariadb://app:***@n1/shop',
    'mariadb://app:***@n2:3307/shop',
  ]);
});

test('a URL with one host, and one of a file, is its own list', () => {
  for (const text of ['postgresql://app@db1/shop', 'sqlite:///shop.db']) {
    const url = new DatabaseUrl(text);
    expect(url.hosts).toEqual([url]);
  }
  expect(new DatabaseUrl('sqlite:///shop.db').node).toBeUndefined();
});

test('an engine with a primary and replicas knows all of them before it opens a connection', async () => {
  const engine = createEngine({
    primary: 'postgresql://app@db1/shop',
    replicas: ['postgresql://app@db2/shop', 'postgresql://app@db3:5433/shop'],
  });
  expect(engine.status().nodes).toMatchObject([
    { node: 'db1:5432', role: 'unknown', isWriter: false },
    { node: 'db2:5432', role: 'unknown', isWriter: false },
    { node: 'db3:5433', role: 'unknown', isWriter: false },
  ]);
  expect(engine.readsFromReplicas).toBe(true);
  expect(engine.beginMode()).toBe('on-first-write');
  await engine.dispose();
});

test('a list in the URL reads from its first writer alone, unless it says readsFrom=replicas', async () => {
  const list = createEngine('mariadb://app@n1,n2,n3/shop');
  const replicated = createEngine('mariadb://app@n1,n2,n3/shop?readsFrom=replicas');
  expect([list.readsFromReplicas, replicated.readsFromReplicas]).toEqual([false, true]);
  await Promise.all([list.dispose(), replicated.dispose()]);
});

import { SpanKind, SpanStatusCode } from '@opentelemetry/api';
import type { Engine, ScopedSession } from '@quartet/db-core';
import { createEngine, runInScope, scopedSession, sessionmaker } from '@quartet/db-core';
import { bindKnex } from '@quartet/db-knex';
import { bindSequelize } from '@quartet/db-sequelize';
import { bindTypeorm } from '@quartet/db-typeorm';
import type { FreshDatabase } from '@quartet/testing';
import { freshDatabase, testEngines } from '@quartet/testing';
import { QueryTypes } from 'sequelize';
import { Telemetry } from './support';

describe.each(testEngines())('on $name', ({ name }) => {
  let telemetry: Telemetry;
  let database: FreshDatabase;
  let engine: Engine;
  let Session: ScopedSession;
  const serial = {
    sqlite: 'integer primary key',
    postgres: 'serial primary key',
    mariadb: 'int auto_increment primary key',
  };

  beforeAll(async () => {
    database = await freshDatabase(name);
    engine = createEngine(database.url);
    await engine.execute(`create table users (id ${serial[name]}, name varchar(50) unique)`);
    Session = scopedSession(sessionmaker({ bind: engine }));
  });
  afterAll(async () => {
    await engine.dispose();
    await database.drop();
  });
  beforeEach(async () => {
    await engine.execute('delete from users');
    telemetry = new Telemetry();
  });
  afterEach(() => telemetry.stop());

  const ofDatabase = (): object => ({
    'db.system.name': { sqlite: 'sqlite', postgres: 'postgresql', mariadb: 'mariadb' }[name],
    'db.namespace': engine.url.database,
    ...(name !== 'sqlite' && { 'server.address': '127.0.0.1', 'server.port': engine.url.port }),
  });

  test('a unit of work is one span inside the request’s, with BEGIN to COMMIT and its statements in it', async () => {
    await telemetry.tracer.startActiveSpan('POST /users', async (request) => {
      await runInScope(async () => {
        await Session.execute('insert into users (name) values (?)', ['a']);
        await Session.execute("select * from users where name = 'secret' and id > ?", [1]);
        await Session.commit();
      });
      request.end();
    });
    const request = telemetry.span('POST /users');
    const unit = telemetry.span('transaction');
    const [insert, select, commit] = ['INSERT users', 'SELECT users', 'COMMIT'].map((each) =>
      telemetry.span(each),
    );
    expect(unit.parentSpanContext?.spanId).toBe(request.spanContext().spanId);
    expect(unit.kind).toBe(SpanKind.INTERNAL);
    expect(unit.attributes).toEqual({ ...ofDatabase(), 'quartet.transaction.outcome': 'commit' });
    expect(unit.status.code).toBe(SpanStatusCode.UNSET);
    for (const child of [insert, select, commit]) {
      expect(child?.parentSpanContext?.spanId).toBe(unit.spanContext().spanId);
      expect(child?.kind).toBe(SpanKind.CLIENT);
    }
    expect(insert?.attributes).toEqual({
      ...ofDatabase(),
      'db.operation.name': 'INSERT',
      'db.query.summary': 'INSERT users',
      'db.query.text': engine.compile('insert into users (name) values (?)', ['a']).sql,
    });
    expect(select?.attributes).toMatchObject({
      'db.query.text': 'select * from users where name = ? and id > ?',
      'db.response.returned_rows': 0,
    });
    const order = telemetry.spans.map((span) => span.name).filter((each) => each !== 'BEGIN');
    expect(order).toEqual(['INSERT users', 'SELECT users', 'COMMIT', 'transaction', 'POST /users']);
    const begins = [
      ...telemetry.spans.filter((span) => span.name === 'BEGIN'),
      ...unit.events.filter((event) => event.name === 'BEGIN'),
    ];
    expect(begins).toHaveLength(1);
  });

  test('statements outside a transaction are inside the span that is active, or stand alone', async () => {
    await telemetry.tracer.startActiveSpan('GET /', async (request) => {
      await engine.execute('select name from users');
      request.end();
    });
    await engine.execute('select id from users where id = 7');
    const [inside, alone] = telemetry.spans.filter((span) => span.name === 'SELECT users');
    expect(inside?.parentSpanContext?.spanId).toBe(telemetry.span('GET /').spanContext().spanId);
    expect(alone?.parentSpanContext).toBeUndefined();
    expect(telemetry.spans.map((span) => span.name)).not.toContain('transaction');
  });

  test('statements of libraries through facades are in the same transaction’s span', async () => {
    const knex = bindKnex(engine);
    const sequelize = await bindSequelize(engine, { models: [] });
    const dataSource = await bindTypeorm(engine, { entities: [] });
    telemetry.forget();
    await runInScope(async () => {
      await knex('users').insert({ name: 'knex' });
      await sequelize.query("insert into users (name) values ('sequelize')", {
        type: QueryTypes.INSERT,
      });
      await dataSource.query("insert into users (name) values ('typeorm')");
      await Session.commit();
    });
    const unit = telemetry.span('transaction');
    const inserts = telemetry.spans.filter((span) => span.name === 'INSERT users');
    expect(inserts).toHaveLength(3);
    for (const insert of inserts) {
      expect(insert.parentSpanContext?.spanId).toBe(unit.spanContext().spanId);
      expect(insert.attributes['db.query.text']).not.toMatch(/knex|sequelize|typeorm/);
    }
  });

  test('a statement that fails has the database’s code and no text of its error; the transaction ends as a rollback', async () => {
    const work = runInScope(async () => {
      await Session.execute("insert into users (name) values ('a')");
      await Session.execute("insert into users (name) values ('a')");
    });
    await expect(work).rejects.toMatchObject({ kind: 'unique' });
    const [good, bad] = telemetry.spans.filter((span) => span.name === 'INSERT users');
    const code = { sqlite: 'SQLITE_CONSTRAINT_UNIQUE', postgres: '23505', mariadb: '1062' }[name];
    expect(good?.status.code).toBe(SpanStatusCode.UNSET);
    expect(bad?.attributes).toMatchObject({ 'error.type': code, 'db.response.status_code': code });
    expect(bad?.status).toEqual({ code: SpanStatusCode.ERROR });
    const unit = telemetry.span('transaction');
    expect(unit.attributes['quartet.transaction.outcome']).toBe('rollback');
    expect(telemetry.span('ROLLBACK').parentSpanContext?.spanId).toBe(unit.spanContext().spanId);
  });

  test('a statement that the app’s own span asks for stays in the transaction, and links to it', async () => {
    await telemetry.tracer.startActiveSpan('POST /users', async (request) => {
      await runInScope(async () => {
        await Session.execute("insert into users (name) values ('a')");
        await telemetry.tracer.startActiveSpan('check', async (check) => {
          await Session.execute('update users set name = ?', ['b']);
          check.end();
        });
        await Session.commit();
      });
      request.end();
    });
    const update = telemetry.span('UPDATE users');
    expect(update.parentSpanContext?.spanId).toBe(
      telemetry.span('transaction').spanContext().spanId,
    );
    expect(update.links.map((link) => link.context.spanId)).toEqual([
      telemetry.span('check').spanContext().spanId,
    ]);
    expect(telemetry.span('INSERT users').links).toEqual([]);
  });

  test('parameters are in spans only where that is asked for', async () => {
    const SQL = 'insert into users (name) values (:name)';
    await engine.execute(SQL, { name: 'private' });
    expect(JSON.stringify(telemetry.span('INSERT users').attributes)).not.toContain('private');
    telemetry.forget();
    telemetry.instrumentation.setConfig({ enhancedDatabaseReporting: true });
    await engine.execute(SQL, { name: 'shown' });
    expect(telemetry.span('INSERT users').attributes['db.query.parameter.0']).toBe('shown');
  });

  test('with requireParentSpan there is none outside a request', async () => {
    telemetry.instrumentation.setConfig({ requireParentSpan: true });
    await runInScope(async () => {
      await Session.execute("insert into users (name) values ('a')");
      await Session.commit();
    });
    await engine.execute('select 1');
    expect(telemetry.spans).toEqual([]);
    await telemetry.tracer.startActiveSpan('job', async (job) => {
      await engine.execute('select 1');
      job.end();
    });
    expect(telemetry.spans.map((span) => span.name)).toEqual(['SELECT', 'job']);
  });

  test('once disabled it sees nothing, and enabled again it does', async () => {
    telemetry.instrumentation.disable();
    await engine.execute('select 1');
    expect(telemetry.spans).toEqual([]);
    telemetry.instrumentation.enable();
    telemetry.instrumentation.enable();
    await engine.execute('select 1');
    expect(telemetry.spans).toHaveLength(1);
  });
});

/** A service with NestJS, on its Express adapter. */
import 'reflect-metadata';
import type { Engine } from '@quartet/db-core';
import { IntegrityError, scopedSession, sessionmaker } from '@quartet/db-core';
import { initApp, noteErrors } from '@quartet/db-core/express';
import type { Query } from '@quartet/db-core/orm';
import { bindKnex, createAll, mapTable, primaryId } from '@quartet/db-knex';
import type { ArgumentsHost, INestApplication } from '@nestjs/common';
import { Catch, ConflictException, Controller, Get, Module, Param, Post } from '@nestjs/common';
import { BaseExceptionFilter, NestFactory } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import type { Request, Response } from 'express';
import express from 'express';

export const Session = scopedSession(sessionmaker());

class Article {
  declare static readonly query: Query<Article>;
  id!: number;

  constructor(readonly title: string) {}
}
Object.defineProperty(Article, 'query', Session.queryProperty());

// #region controller
@Controller('articles')
class Articles {
  @Get()
  list(): Promise<Article[]> {
    return Article.query.orderBy('title').all();
  }

  @Post(':title')
  async create(@Param('title') title: string): Promise<Article> {
    const article = new Article(title);
    Session.add(article);
    await Session.flush();
    return article; // committed before the answer is sent
  }
}
// #endregion

// #region app
/** Nest's filters answer what its handlers throw: Express, and with it the session's scope, is told here. */
@Catch()
class Failures extends BaseExceptionFilter {
  override catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const isTaken = error instanceof IntegrityError && error.kind === 'unique';
    const known = isTaken ? new ConflictException('This title is taken.') : error;
    const [req, res] = [http.getRequest<Request>(), http.getResponse<Response>()];
    // oxlint-disable-next-line promise/valid-params -- a filter's method, not a promise's
    noteErrors(error, req, res, () => super.catch(known, host));
  }
}

@Module({ controllers: [Articles] })
class App {}

export async function createApp(engine: Engine): Promise<INestApplication> {
  Session.configure({ bind: engine });
  const knex = bindKnex(engine);
  await createAll(knex, {
    articles(table) {
      primaryId(knex, table);
      table.string('title').notNullable().unique();
    },
  });
  mapTable(knex, Article, { table: 'articles', columns: { id: true, title: true } });

  const server = express();
  initApp(server, { commit: 'on-success' }); // before Nest adds its routes
  const app = await NestFactory.create(App, new ExpressAdapter(server), { logger: false });
  app.useGlobalFilters(new Failures(app.getHttpAdapter()));
  return app;
}
// #endregion

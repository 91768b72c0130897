/** A library alone behind the contract's router: only the data access differs from the apps. */
import { createEngine } from '@quartet/db-core';
import type { Queries } from '@quartet/http-contract';
import { createRouter } from '@quartet/http-contract';
import type { Express } from 'express';
import express from 'express';
import type { Measured } from './plain';

export function routerApp(queries: Measured, url: string, library: string): Express {
  const engine = createEngine(url); // only for the router's health check: it opens no connection
  const style = `plain-${library}`;
  return express().use(createRouter(queries as Queries, { style, library, engine }));
}

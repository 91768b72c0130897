/** Starts the workbench: `PORT` and `DATABASE_URL` say where, as for the apps. */
import './source-maps';
import { serve } from '@quartet/http-contract';
import { queries } from '@quartet/app-sql-builder/queries';
import { createApp } from './app';

void serve(createApp, { style: 'workbench', port: 4100, queries, drainTimeoutMs: 1_000 });

/** Starts the app: `PORT`, `HOST` and `DATABASE_URL` say where. */
import { serve } from '@quartet/http-contract';
import { createApp } from './app';
import { queries } from './queries';

void serve(createApp, { style: 'mixed', port: 4105, queries });

/** Starts the app: `PORT`, `HOST` and `DATABASE_URL` say where. */
import { serve } from '@quartet/http-contract';
import { createApp } from './app';
import { queries } from './queries';

void serve(createApp, { style: 'extension', port: 4101, queries });

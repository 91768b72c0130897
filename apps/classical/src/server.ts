/** Starts the app: `PORT`, `HOST` and `DATABASE_URL` say where. */
import { serve } from '@quartet/http-contract';
import { createApp } from './app';
import { queries } from './queries';

void serve(createApp, { style: 'classical', port: 4103, queries });

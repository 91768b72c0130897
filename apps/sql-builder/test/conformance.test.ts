/** The SQL style answers the contract on every engine. */
import { registerConformance } from '@quartet/conformance';
import { createApp } from '../src/app';
import { queries } from '../src/queries';

registerConformance({ style: 'sql-builder', createApp, queries });

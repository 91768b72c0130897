/** The extension style answers the contract on every engine. */
import { registerConformance } from '@quartet/conformance';
import { createApp } from '../src/app';
import { queries } from '../src/queries';

registerConformance({ style: 'extension', createApp, queries });

/** What a package under test says of itself: the app, and what its style cannot do yet. */
import type { Engine } from '@quartet/db-core';
import type { Queries } from '@quartet/http-contract';
import type { EngineName } from '@quartet/testing';
import type { Express } from 'express';

/** The app under test. */
export interface Subject {
  readonly style: string;
  readonly createApp: (engine: Engine) => Promise<Express>;
  /** The same queries that the app's router answers with. */
  readonly queries: Queries;
  /** The file that starts the app as a process. Default: `src/server.ts` of the package under test. */
  readonly server?: string;
  /** What the style cannot do yet. */
  readonly gaps?: readonly Gap[];
  /** `core`: also what is the same for every style, as the reference app has it. Default: `style`. */
  readonly layer?: Layer;
}

/** A test that a style cannot pass yet. One that names no test of the app is refused. */
export interface Gap {
  /** The suite's name. */
  readonly suite: string;
  /** The test's title. */
  readonly test: string;
  /** Default: all engines. */
  readonly engines?: readonly EngineName[] | undefined;
  /** Why, and what would close it. */
  readonly reason: string;
}

/**
 * What a test proves: a `style`, or the `core` that all styles share (db-core, the router). Those of the core run on the
 * reference app alone, once an engine.
 */
export type Layer = 'core' | 'style';

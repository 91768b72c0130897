import type { EngineOptions } from '@quartet/db-core';

/** Scenarios wait inside transactions, and read row by row, to show what that does: nobody has to be warned of it. */
export const ENGINE_OPTIONS: EngineOptions = { idleInTransactionWarnMs: 0, nPlusOneThreshold: 0 };

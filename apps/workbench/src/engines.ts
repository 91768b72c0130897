/**
 * The engines of a workbench: its own, in this process, and further ones in theirs, whose share of the API
 * is found under `/on/postgresql/api`. With `DATABASE_URL` alone there are none.
 */
import { HttpProblem } from '@quartet/express-service';
import type { RequestHandler } from 'express';
import type { Database } from './databases';
import { FurtherEngine } from './further-engine';
import { passOn } from './pass-on';
import type { EngineChoice, EngineInfo } from './protocol';

export class Engines {
  readonly #own: Database | undefined;
  readonly #further: readonly FurtherEngine[];

  constructor([own, ...further]: readonly Database[]) {
    this.#own = own;
    this.#further = further.map((database) => new FurtherEngine(database));
  }

  /** Begins to start the further ones. What goes wrong is told by {@link choices}. */
  start(): void {
    for (const engine of this.#further) engine.port().catch(() => undefined);
  }

  async stop(): Promise<void> {
    await Promise.all(this.#further.map((engine) => engine.stop()));
  }

  /** @param info of this process's own, which is always the first */
  choices(info: EngineInfo): EngineChoice[] {
    return [
      ...(this.#own ? [toChoice(this.#own, '', info)] : []),
      ...this.#further.map(({ database, info: its, trouble }) =>
        toChoice(database, `/on/${database.id}`, its, trouble),
      ),
    ];
  }

  /** For `/on/:engine/api`: hands requests through, to a process that is started again if it has ended. */
  readonly handThrough: RequestHandler<{ engine: string }> = async (req, res) => {
    const engine = this.#further.find(({ database }) => database.id === req.params.engine);
    if (!engine) throw new HttpProblem(404, 'This workbench has no such engine.');
    try {
      if (await passOn(req, res, await engine.port(), `/api${req.url}`)) return;
      await engine.ended(); // the page, cut off, asks what became of it
      res.destroy();
    } catch (error) {
      const why = engine.trouble ?? (error instanceof Error ? error.message : String(error));
      throw new HttpProblem(503, `${engine.database.id} does not answer: ${why}`, {
        type: 'unavailable',
        headers: { 'Retry-After': '5' },
        cause: error,
      });
    }
  };
}

function toChoice(
  { id, name, database }: Database,
  at: string,
  info?: EngineInfo,
  trouble?: string,
): EngineChoice {
  return {
    id,
    name,
    at,
    ...(info && { version: info.version }),
    ...(database !== undefined && { database }),
    ...(trouble !== undefined && { trouble }),
  };
}

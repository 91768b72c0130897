/**
 * The engines of a workbench: its own, in this process, and further ones in processes of their own, whose API is
 * found under `/on/postgresql/api`. With `DATABASE_URL` alone there are no further ones.
 */
import { HttpProblem } from '@quartet/express-service';
import type { RequestHandler } from 'express';
import type { Database } from './databases';
import { FurtherEngine } from './further-engine';
import { forwardRequest } from './forward-request';
import type { EngineChoice, EngineInfo } from './protocol';

export class Engines {
  readonly #own: Database | undefined;
  readonly #further: readonly FurtherEngine[];

  constructor([own, ...further]: readonly Database[]) {
    this.#own = own;
    this.#further = further.map((database) => new FurtherEngine(database));
  }

  /** Begins to start the further ones; {@link choices} reports what goes wrong. */
  start(): void {
    for (const engine of this.#further) engine.port().catch(() => undefined);
  }

  async stop(): Promise<void> {
    await Promise.all(this.#further.map((engine) => engine.stop()));
  }

  /** @param info of this process's own engine, which is always the first */
  choices(info: EngineInfo): EngineChoice[] {
    return [
      ...(this.#own ? [toChoice(this.#own, '', info)] : []),
      ...this.#further.map(({ database, info: its, trouble }) =>
        toChoice(database, `/on/${database.id}`, its, trouble),
      ),
    ];
  }

  /** For `/on/:engine/api`: forwards requests to the engine's process, which is started again if it has ended. */
  readonly proxy: RequestHandler<{ engine: string }> = async (req, res) => {
    const engine = this.#further.find(({ database }) => database.id === req.params.engine);
    if (!engine) throw new HttpProblem(404, 'This workbench has no such engine.');
    try {
      if (await forwardRequest(req, res, await engine.port(), `/api${req.url}`)) return;
      await engine.ended(); // before the page, whose connection breaks, asks for the engine's state
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

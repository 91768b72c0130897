/**
 * Carries what a user's request has written to that user's next one, in a signed cookie, a signed header or a store of the
 * app's: the next request reads from a replica that has it, whichever process serves it. It stands on `node:http` alone.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { clearTimeout, setTimeout } from 'node:timers';
import { ArgumentError } from '../errors/errors';
import { consoleLogger, type Logger } from '../errors/logger';
import { assertKnownOptions } from '../errors/unknown-option';
import { Positions } from '../session/positions';
import { beforeHead } from './before-head';

export interface Signed {
  /** Signs what the client keeps, of 16 characters or more; the first of several signs, each is accepted. */
  readonly secret: string | readonly string[];
}

/** The position goes from answer to request in a signed cookie. */
export interface CausalCookie extends Signed {
  /** Default `__Host-quartet-position`, and `quartet-position` where `secure` is false. */
  readonly name?: string;
  /** How long it is kept: longer than any replica may be behind (`maxLagMs`). Default 60. */
  readonly maxAgeSeconds?: number;
  /** Sent by browsers over HTTPS alone. Default true. */
  readonly secure?: boolean;
}

/** The position goes from answer to request in a signed header. */
export interface CausalHeader extends Signed {
  /** Of the answer, and of the next request. Default `quartet-position`. */
  readonly name?: string;
}

/** A place of the app's, by whatever it knows its users by. */
export interface CausalStore<Req = IncomingMessage> {
  /** What was saved last for the one who asks; undefined for nothing. */
  load(req: Req): string | undefined | Promise<string | undefined>;
  /** Called after a commit, which is not answered before this is done, or a second has passed. */
  save(req: Req, positions: string): void | Promise<void>;
}

/** Where the position of what a user has written is kept between requests: one of the three. */
export type CausalOptions<Req = IncomingMessage> =
  | { readonly cookie: CausalCookie }
  | { readonly header: CausalHeader }
  | { readonly store: CausalStore<Req> };

const SAVE_TIMEOUT_MS = 1_000;
const SHORTEST_SECRET = 16;
/** Methods that change nothing: everything else is read from the server that takes writes. */
const SAFE = new Set(['GET', 'HEAD', 'OPTIONS']);

/** A request and its answer, as Node has them. */
export interface Messages {
  readonly incoming: IncomingMessage;
  readonly outgoing: ServerResponse;
}

/** Whether replicas may answer what a request reads. */
export function readsReplicas({ method = 'GET' }: IncomingMessage): boolean {
  return SAFE.has(method);
}

export class Causal<Req = IncomingMessage> {
  readonly #carrier: Carrier<Req>;
  readonly #logger: Logger;
  /** How many requests had positions that nobody here has signed, or that could not be read: they are left out. */
  refused = 0;

  /** @throws ArgumentError */
  constructor(options: CausalOptions<Req>, logger: Logger = consoleLogger) {
    this.#logger = logger;
    this.#carrier = carrierOf(options);
  }

  /** What `req` must see of earlier ones. A promise where the store has to be asked. */
  before(req: Req, incoming: IncomingMessage): string | undefined | Promise<string | undefined> {
    const found = this.#carrier.load(req, incoming);
    if (!(found instanceof Promise)) return this.#checked(found);
    return found.then(
      (text) => this.#checked(text),
      (error: unknown) => this.#notLoaded(error),
    );
  }

  /** Of one request. Call it before the answer's head is written. */
  positions(req: Req, { incoming, outgoing }: Messages, before: string | undefined): Positions {
    const { save } = this.#carrier;
    const positions = new Positions({
      readsReplicas: readsReplicas(incoming),
      before,
      onCommitted: save && ((all) => inTime(save(req, String(all)), this.#logger)),
    });
    const { send } = this.#carrier;
    if (send)
      beforeHead(outgoing, () => {
        if (positions.hasCommitted) send(outgoing, String(positions));
      });
    return positions;
  }

  #notLoaded(error: unknown): undefined {
    this.#logger.error({ err: error }, 'The positions of a request could not be loaded:');
    return undefined;
  }

  #checked(text: string | undefined | null): string | undefined {
    if (text === undefined) return undefined;
    if (text !== null && Positions.isText(text)) return text;
    this.refused++;
    return undefined;
  }
}

/** `load` gives null for what is there and must not be trusted. */
interface Carrier<Req> {
  load(
    req: Req,
    incoming: IncomingMessage,
  ): string | undefined | null | Promise<string | undefined>;
  readonly save?: (req: Req, text: string) => void | Promise<void>;
  readonly send?: (res: ServerResponse, text: string) => void;
}

function carrierOf<Req>(options: CausalOptions<Req>): Carrier<Req> {
  assertKnownOptions('option of causal', options, { cookie: true, header: true, store: true });
  if (Object.keys(options).length !== 1)
    throw new ArgumentError('causal takes one of cookie, header and store.');
  if ('cookie' in options) return cookie(options.cookie);
  if ('header' in options) return header(options.header);
  const { store } = options;
  return { load: (req) => store.load(req), save: (req, text) => store.save(req, text) };
}

function cookie({
  secret,
  name: given,
  maxAgeSeconds = 60,
  secure = true,
}: CausalCookie): Carrier<unknown> {
  const name = given ?? (secure ? '__Host-quartet-position' : 'quartet-position');
  if (!/^[\w-]+$/.test(name)) throw new ArgumentError(`'${name}' is no name of a cookie.`);
  const signature = new Signature(secret);
  const attributes = `Path=/; Max-Age=${maxAgeSeconds}; HttpOnly; SameSite=Lax${secure ? '; Secure' : ''}`;
  return {
    load(_req, { headers }) {
      const pairs = headers.cookie?.split(';').map((pair) => pair.trim()) ?? [];
      const found = pairs.find((pair) => pair.startsWith(`${name}=`));
      return found && signature.open(found.slice(name.length + 1));
    },
    send: (res, text) =>
      void res.appendHeader('Set-Cookie', `${name}=${signature.seal(text)}; ${attributes}`),
  };
}

function header({ secret, name = 'quartet-position' }: CausalHeader): Carrier<unknown> {
  const signature = new Signature(secret);
  return {
    load(_req, { headers }) {
      const found = headers[name.toLowerCase()];
      return typeof found === 'string' ? signature.open(found) : undefined;
    },
    send: (res, text) => void res.setHeader(name, signature.seal(text)),
  };
}

/** A text with a signature that only who knows the secret can make. */
class Signature {
  readonly #secrets: readonly string[];

  constructor(secret: string | readonly string[]) {
    this.#secrets = typeof secret === 'string' ? [secret] : secret;
    if (
      this.#secrets.length === 0 ||
      this.#secrets.some(({ length }) => !(length >= SHORTEST_SECRET))
    )
      throw new ArgumentError(
        `causal needs a secret of ${SHORTEST_SECRET} characters or more, the same in every process.`,
      );
  }

  seal(text: string): string {
    const body = Buffer.from(text).toString('base64url');
    return `${body}.${this.#sign(body, this.#secrets[0] as string)}`;
  }

  /** Null where nobody here has signed it. */
  open(sealed: string): string | null {
    const [body = '', signed = ''] = sealed.split('.');
    const given = Buffer.from(signed);
    const isOurs = this.#secrets.some((secret) => {
      const expected = Buffer.from(this.#sign(body, secret));
      return expected.length === given.length && timingSafeEqual(expected, given);
    });
    return isOurs ? Buffer.from(body, 'base64url').toString() : null;
  }

  #sign(body: string, secret: string): string {
    return createHmac('sha256', secret).update(body).digest('base64url');
  }
}

/** What is not saved by then is told, and not waited for: the commit has taken place. */
async function inTime(saving: void | Promise<void>, logger: Logger): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Error(`the store has not answered within ${SAVE_TIMEOUT_MS} ms`)),
      SAVE_TIMEOUT_MS,
    );
  });
  try {
    await Promise.race([saving, late]);
  } catch (error) {
    logger.error(
      { err: error },
      'The positions of a commit could not be saved, so the next request may read what is older:',
    );
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Whether a connection is encrypted, and what is verified: libpq's six modes, for every server.
 *
 * @see https://www.postgresql.org/docs/current/libpq-ssl.html#LIBPQ-SSL-PROTECTION
 */
import type { ConnectionOptions } from 'node:tls';
import { readFileSync } from 'node:fs';
import { ArgumentError } from '../errors/errors';

export const TLS_MODES = [
  'disable',
  'allow',
  'prefer',
  'require',
  'verify-ca',
  'verify-full',
] as const;
export type TlsMode = (typeof TLS_MODES)[number];

/** How one attempt to connect is made: in plain text, or with these options and these checks. */
export type Encryption =
  | false
  | { readonly options: ConnectionOptions; readonly checksName: boolean };

/** Files of PEM, by their paths. */
export interface TlsFiles {
  readonly ca?: string | undefined;
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
  readonly passphrase?: string | undefined;
}

/**
 * The attempts to make, in order; the next one only where the server refuses the way of the one before.
 *
 * @param ssl the engine's option, which wins: `true` is TLS with everything verified.
 * @throws ArgumentError for a file that cannot be read.
 */
export function encryptions(
  ssl: boolean | ConnectionOptions | undefined,
  mode: TlsMode,
  files: TlsFiles,
): readonly Encryption[] {
  if (ssl !== undefined)
    return [ssl !== false && { options: ssl === true ? {} : ssl, checksName: true }];
  if (mode === 'disable') return [false];
  const tls = encryption(mode, files);
  if (mode === 'allow') return [false, tls];
  return mode === 'prefer' ? [tls, false] : [tls];
}

/** Connects in the first of these ways that the server does not refuse. `connect` rejects with an error whose cause is the driver's. */
export async function connectInOneOf<T>(
  ways: readonly Encryption[],
  connect: (way: Encryption) => Promise<T>,
): Promise<T> {
  const last = ways.at(-1) ?? false;
  for (const way of ways) {
    if (way === last) break;
    try {
      return await connect(way);
    } catch (error) {
      if (!isRefusal((error as Error).cause)) throw error;
    }
  }
  return connect(last);
}

/** Whether the server refused this way of connecting, so that another one may be tried. */
function isRefusal(error: unknown): boolean {
  const { code = '', message = '' } = error as { code?: string; message?: string };
  return (
    code === '28000' || // PostgreSQL: no entry in pg_hba.conf for a connection with, or without, encryption
    code === '3159' || // MySQL: require_secure_transport
    code === 'ER_SECURE_TRANSPORT_REQUIRED' ||
    /^HANDSHAKE_(?:NO_SSL_SUPPORT|SSL_ERROR)$/.test(code) ||
    /^(?:ERR_(?:SSL|TLS)|EPROTO)/.test(code) ||
    message.includes('SSL connection')
  );
}

function encryption(mode: TlsMode, { ca, cert, key, passphrase }: TlsFiles): Encryption {
  // As libpq: who names an authority wants it checked. `system` is the list that Node brings.
  const verifies = mode.startsWith('verify') || (mode === 'require' && ca !== undefined);
  return {
    options: {
      rejectUnauthorized: verifies,
      ...(ca !== undefined && ca !== 'system' && { ca: contentOf(ca) }),
      ...(cert !== undefined && { cert: contentOf(cert) }),
      ...(key !== undefined && { key: contentOf(key) }),
      ...(passphrase !== undefined && { passphrase }),
    },
    checksName: mode === 'verify-full',
  };
}

function contentOf(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (cause) {
    throw new ArgumentError(
      `The file ${file}, which the database URL names for TLS, cannot be read: ${(cause as Error).message}.`,
      { cause },
    );
  }
}

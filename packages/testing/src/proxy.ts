/** A TCP proxy in front of a database server, which can lose an answer, fall silent, or reset. */
import type { AddressInfo, Socket } from 'node:net';
import { connect, createServer } from 'node:net';

export interface Proxy {
  /** The address of the server, through the proxy. */
  readonly url: string;
  /** Swallows the answer to the next packet that holds `text`, and cuts that connection. */
  loseAnswerTo(text: string): void;
  /** Every connection of now is dead for ever, without a word to either side; new ones work. */
  silence(): void;
  /**
   * Like `silence`, and so are connections that begin before the returned function is called. After that the server
   * finds that their other side is gone, as its keep-alive would tell it in the end; the client never does.
   */
  blackHole(): () => void;
  /** Ends every connection of now by a reset, to both sides. */
  reset(): void;
  close(): void;
}

/** Sees what passes on one connection. */
export interface Watcher {
  asked(data: Buffer): void;
  answered?(data: Buffer): void;
}

interface Pair {
  readonly watcher: Watcher | undefined;
  readonly client: Socket;
  readonly server: Socket;
  silent: boolean;
  loses: boolean;
}

/** @param watch is asked for each connection */
export async function proxy(url: string, watch?: () => Watcher): Promise<Proxy> {
  const address = new URL(url);
  const { hostname, port } = address;
  const pairs = new Set<Pair>();
  let lost: string | undefined;
  let blackHoles = 0;

  const silence = (): void => {
    for (const pair of pairs) pair.silent = true;
  };
  const reset = (pair: Pair): void => {
    pair.client.resetAndDestroy();
    pair.server.resetAndDestroy();
  };

  const asked = (pair: Pair, data: Buffer): void => {
    pair.watcher?.asked(data);
    if (lost !== undefined && data.includes(lost)) {
      lost = undefined;
      pair.loses = true;
    }
    if (!pair.silent) pair.server.write(data);
  };
  const answered = (pair: Pair, data: Buffer): void => {
    pair.watcher?.answered?.(data);
    if (pair.loses) reset(pair);
    else if (!pair.silent) pair.client.write(data);
  };

  const listener = createServer({ noDelay: true }, (client) => {
    const server = connect({ port: Number(port), host: hostname, noDelay: true });
    const watcher = watch?.();
    const pair: Pair = { watcher, client, server, silent: blackHoles > 0, loses: false };
    pairs.add(pair);
    client.on('data', (data) => asked(pair, data));
    server.on('data', (data) => answered(pair, data));
    for (const [one, other] of [
      [client, server],
      [server, client],
    ] as const) {
      one.on('error', () => undefined);
      one.on('close', () => {
        if (pair.silent) return; // the other side hears nothing of it before close()
        pairs.delete(pair);
        other.destroy();
      });
    }
  });
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  address.hostname = '127.0.0.1';
  address.port = String((listener.address() as AddressInfo).port);
  return {
    url: address.href,
    loseAnswerTo: (text) => void (lost = text),
    silence,
    blackHole: () => {
      silence();
      blackHoles++;
      return () => {
        blackHoles--;
        for (const { silent, server } of pairs) if (silent) server.destroy();
      };
    },
    reset: () => pairs.forEach(reset),
    close: () => {
      listener.close();
      for (const { client, server } of pairs) {
        client.destroy();
        server.destroy();
      }
    },
  };
}

/** HTTP as bytes on one socket, for what no client library sends: half a body, requests before answers. */
import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import { connect } from 'node:net';
import type { Server } from 'node:http';

export class Wire {
  readonly #socket: Socket;
  #received = '';
  #changed: () => void = () => undefined;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setEncoding('latin1').on('data', (text: string) => {
      this.#received += text;
      this.#changed();
    });
    socket.on('error', () => undefined); // a reset by the server is an ending like another
    socket.on('close', () => this.#changed());
  }

  static async open(server: Server | number): Promise<Wire> {
    const port = typeof server === 'number' ? server : (server.address() as AddressInfo).port;
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    return new Wire(socket);
  }

  /** Sends a request; `body` as it is, behind a Content-Length of `length` bytes, or its own. */
  send(method: string, path: string, body?: string, length = body?.length): void {
    const type = 'Content-Type: application/json\r\n';
    const head = body === undefined ? '' : `${type}Content-Length: ${length}\r\n`;
    this.#socket.write(`${method} ${path} HTTP/1.1\r\nHost: localhost\r\n${head}\r\n${body ?? ''}`);
  }

  /** Sends the head of a request; resolves, with what sends the body, when the server has taken it on. */
  async begin(method: string, path: string, body: string): Promise<() => void> {
    const type = 'Content-Type: application/json\r\n';
    const head = `${type}Content-Length: ${body.length}\r\nExpect: 100-continue\r\n`;
    this.#socket.write(`${method} ${path} HTTP/1.1\r\nHost: localhost\r\n${head}\r\n`);
    await this.until('100 Continue');
    return () => this.#socket.write(body);
  }

  /** Everything that has come so far. */
  get received(): string {
    return this.#received;
  }

  /** Waits until `part` has come, `times` times. @throws Error when the server hangs up before. */
  async until(part: string | RegExp, times = 1): Promise<void> {
    const all = new RegExp(part, 'g');
    while ((this.#received.match(all)?.length ?? 0) < times) {
      if (this.#socket.closed) throw new Error(`Hung up after: ${this.#received}`);
      await new Promise<void>((resolve) => (this.#changed = resolve));
    }
  }

  /** Resolves when the connection is gone, by either end. */
  async closed(): Promise<void> {
    if (!this.#socket.closed) await once(this.#socket, 'close');
  }

  /** Hangs up the moment that `part` arrives. */
  async leaveAt(part: string): Promise<void> {
    this.#socket.on('data', () => {
      if (this.#received.includes(part)) this.#socket.resetAndDestroy();
    });
    await this.closed();
    if (!this.#received.includes(part)) throw new Error(`Hung up after: ${this.#received}`);
  }

  /** Hangs up without a word, as a client that crashes does. */
  async leave(): Promise<void> {
    this.#socket.resetAndDestroy();
    await this.closed();
  }
}

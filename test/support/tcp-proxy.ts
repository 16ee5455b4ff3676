// A TCP proxy on this machine that a test lets fail: cuts lines, falls silent with lines open, delays, refuses.

import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";

/** A running proxy in front of one port. */
export class TcpProxy implements AsyncDisposable {
  /** The port that it forwards to; may change, for lines to come. */
  target: number;
  /** Called with what clients send, before it is forwarded. */
  onRequest: (text: string) => void = () => undefined;
  readonly #server: Server;
  readonly #lines = new Set<Socket>();
  #silent = false;
  #refusing = false;
  #delayMs = 0;
  #accepted = 0;

  private constructor(server: Server, target: number) {
    this.#server = server;
    this.target = target;
    server.on("connection", (near) => this.#forward(near));
  }

  static async start(target: number): Promise<TcpProxy> {
    const server = createServer({ noDelay: true });
    const proxy = new TcpProxy(server, target);
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return proxy;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** The address of a Kurento server behind it. */
  get url(): string {
    return `ws://127.0.0.1:${this.port}/kurento`;
  }

  /** How many lines clients have opened so far. */
  get accepted(): number {
    return this.#accepted;
  }

  /** Cuts every line. */
  cut(): void {
    for (const line of this.#lines) line.destroy();
  }

  /** Forwards nothing more on the present lines, and leaves them open: half-open, as after a cable was pulled. */
  fallSilent(): void {
    this.#silent = true;
  }

  /** Forwards again, on lines to come. */
  speak(): void {
    this.#silent = false;
  }

  /** Cuts every line to come at once, until it is called with false. */
  refuse(refusing: boolean): void {
    this.#refusing = refusing;
  }

  /** Keeps what is sent in either direction back for a while. */
  delay(delayMs: number): void {
    this.#delayMs = delayMs;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.cut();
    await closed;
  }

  #forward(near: Socket): void {
    this.#accepted++;
    near.on("error", () => undefined);
    if (this.#refusing) {
      near.destroy();
      return;
    }
    const far = connect({ port: this.target, host: "127.0.0.1", noDelay: true });
    far.on("error", () => undefined);
    let muted = false;
    const pipe = (from: Socket, to: Socket, look: (text: string) => void): void => {
      this.#lines.add(from);
      from.on("data", (data) => {
        muted ||= this.#silent;
        if (muted) return;
        look(data.toString("latin1"));
        if (this.#delayMs === 0) to.write(data);
        else setTimeout(() => to.write(data), this.#delayMs);
      });
      from.on("close", () => {
        this.#lines.delete(from);
        if (!muted) to.destroy();
      });
    };
    // What clients send is masked (RFC 6455, section 5.3), so only its arrival can be seen.
    pipe(near, far, (text) => this.onRequest(text));
    pipe(far, near, () => undefined);
  }
}

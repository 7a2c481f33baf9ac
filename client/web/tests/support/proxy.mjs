// A TCP relay in front of the gateway whose connections can be cut, as a network does.
import { connect, createServer } from "node:net";
import { once } from "node:events";

export class Proxy {
  sockets = new Set();
  open = true;
  connections = 0;

  async start(port) {
    this.server = createServer((client) => {
      if (!this.open) return client.destroy();
      this.connections += 1;
      const upstream = connect(port, "127.0.0.1");
      for (const [one, other] of [[client, upstream], [upstream, client]]) {
        this.sockets.add(one);
        one.on("error", () => undefined);
        one.on("close", () => { this.sockets.delete(one); other.destroy(); });
        one.pipe(other);
      }
    }).listen(0, "127.0.0.1");
    await once(this.server, "listening");
    this.url = `http://127.0.0.1:${this.server.address().port}`;
  }
  // Cuts what is open, and lets nothing through until mend().
  cut() {
    this.open = false;
    for (const socket of this.sockets) socket.destroy();
  }
  mend() {
    this.open = true;
  }
  close() {
    this.cut();
    this.server.close();
  }
}

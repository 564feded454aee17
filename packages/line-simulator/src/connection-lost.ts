/** The caller's connection broke: what `fetch` rejects with, as Node's does. */
export class ConnectionLost extends TypeError {
  constructor() {
    super("fetch failed", { cause: new Error("The LINE simulator dropped the connection") });
  }
}

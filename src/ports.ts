import { createServer } from 'node:net';

/**
 * The preferred port when it is free on the host, else one that the system gives. Between asking and listening
 * somebody else may take it: callers that can, try again.
 */
export async function freePort(preferred: number, host = '127.0.0.1'): Promise<number> {
  return (await probe(preferred, host)) ?? (await probe(0, host)) ?? preferred;
}

function probe(port: number, host: string): Promise<number | null> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(null));
    server.listen({ port, host, exclusive: true }, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : null));
    });
  });
}

import { createServer } from 'node:http';
import { listen, type StartServer } from './server.ts';

/** The sandbox's own page and JSON endpoints. */
export const startAdmin: StartServer = async ({ host, port }) => {
  const server = createServer((_request, response) => void response.writeHead(404).end());
  const actualPort = await listen(server, port, host);
  return {
    port: actualPort,
    async close() {
      server.closeAllConnections();
      server.close();
    },
  };
};

import { createServer } from 'node:http';

// A process as `npm start` supervises them: listens on PORT and says so.
createServer((_request, response) => response.end('ours')).listen(Number(process.env.PORT), '127.0.0.1', () => {
  process.send?.('listening');
});
process.once('SIGTERM', () => process.exit(0));

import { peerModule } from './install.ts';
import { channels, insertMessage, type Job, type Peer } from './peer.ts';

export const pgBoss: Peer = {
  name: 'pg-boss',
  records: 'a job for each channel, which is kept for a while; not in the transaction of the row',
  async produce({ databaseUrl }, sessions) {
    const { PgBoss } = peerModule('pg-boss');
    const boss = await new PgBoss({ connectionString: databaseUrl, schema: 'peer_boss', max: 16 }).start();
    for (const channel of channels) await boss.createQueue(channel);
    return {
      async add(recipientId) {
        const messageId = await insertMessage(sessions, recipientId);
        await Promise.all(channels.map((channel) => boss.send(channel, { messageId, recipientId })));
      },
      stop: () => boss.stop({ graceful: false }),
    };
  },
  async work({ databaseUrl }, handle) {
    const { PgBoss } = peerModule('pg-boss');
    const boss = await new PgBoss({ connectionString: databaseUrl, schema: 'peer_boss', max: 10 }).start();
    for (const channel of channels) {
      await boss.createQueue(channel);
      // As often as it may look, and a hundred jobs at a look.
      await boss.work(channel, { batchSize: 100, pollingIntervalSeconds: 0.5 }, (jobs: { data: Job }[]) =>
        Promise.all(jobs.map(({ data }) => handle(channel, data))),
      );
    }
  },
};

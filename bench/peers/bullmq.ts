import { peerModule } from './install.ts';
import { channels, insertMessage, type Peer } from './peer.ts';

export const bullmq: Peer = {
  name: 'BullMQ',
  records:
    'nothing more; jobs are in Redis (append-only file, fsync each second), and not in the transaction of the row',
  async produce({ redisPort }, sessions) {
    const { Queue } = peerModule('bullmq');
    const options = { connection: { port: redisPort }, defaultJobOptions: { attempts: 5, removeOnComplete: true } };
    const queues = channels.map((channel) => new Queue(channel, options));
    return {
      async add(recipientId) {
        const messageId = await insertMessage(sessions, recipientId);
        await Promise.all(queues.map((queue) => queue.add('send', { messageId, recipientId })));
      },
      async stop() {
        for (const queue of queues) await queue.close();
      },
    };
  },
  async work({ redisPort }, handle) {
    const { Worker } = peerModule('bullmq');
    for (const channel of channels)
      new Worker(channel, (job: { data: Parameters<typeof handle>[1] }) => handle(channel, job.data), {
        connection: { port: redisPort, maxRetriesPerRequest: null },
        concurrency: 50,
      });
  },
};

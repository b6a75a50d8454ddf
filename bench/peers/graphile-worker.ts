import { Logger, run, runMigrations } from 'graphile-worker';
import pg from 'pg';
import { channels, type Job, type Peer } from './peer.ts';

const schema = 'peer_jobs';

export const graphileWorker: Peer = {
  name: 'graphile-worker',
  records: 'nothing more; jobs are in the transaction of the row',
  async produce({ databaseUrl }, sessions) {
    await runMigrations({ connectionString: databaseUrl, schema });
    return {
      async add(recipientId) {
        await sessions.query({
          name: 'message-and-jobs',
          text: `with message as (
              insert into peers.messages (recipient_id, title, body) values ($1, 'Bench', 'A single event') returning id
            )
            select ${schema}.add_jobs(array(
              select row(c, json_build_object('messageId', m.id, 'recipientId', $1), null, null, 5, null, 0, null)::${schema}.job_spec
              from unnest($2::text[]) as c
            )) from message as m`,
          values: [recipientId, channels],
        });
      },
      async stop() {},
    };
  },
  async work({ databaseUrl }, handle) {
    const tasks = channels.map((channel) => [channel, (job: unknown) => handle(channel, job as Job)] as const);
    const pool = new pg.Pool({ connectionString: databaseUrl, max: 12 });
    pool.on('error', () => {});
    await run({
      pgPool: pool,
      schema,
      taskList: Object.fromEntries(tasks),
      concurrency: 10,
      noHandleSignals: true,
      logger: new Logger(() => () => {}),
    });
  },
};

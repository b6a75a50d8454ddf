import { type ClusterAddress, clusterUrl, ownerName, templateName } from '../test/support/cluster.ts';
import { startMigratedCluster } from '../test/support/template.ts';

/** A migrated database in a PostgreSQL that exists as long as the work takes. */
export type Scratch = {
  readonly address: ClusterAddress;
  /** Connection strings of the owner, the API's login and the worker's login. */
  readonly ownerUrl: string;
  readonly apiUrl: string;
  readonly workerUrl: string;
};

export async function withScratchDatabase<T>(work: (scratch: Scratch) => Promise<T>): Promise<T> {
  const { postgres, address } = await startMigratedCluster();
  try {
    const url = (user: string) => clusterUrl(address, templateName, user);
    return await work({
      address,
      ownerUrl: url(ownerName),
      apiUrl: url('rowbell_api'),
      workerUrl: url('rowbell_worker'),
    });
  } finally {
    await postgres.stop();
  }
}

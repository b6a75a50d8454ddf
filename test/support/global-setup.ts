import type { TestProject } from 'vitest/node';
import { type ClusterAddress, createTemplate, startCluster } from './cluster.ts';

declare module 'vitest' {
  interface ProvidedContext {
    cluster: ClusterAddress;
  }
}

/** One PostgreSQL for the whole run, migrated once; it ends with the run, even when the run is killed. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  process.stdout.write('Starting a PostgreSQL for the tests …\n');
  const { postgres, address } = await startCluster();
  try {
    await createTemplate(address);
  } catch (error) {
    await postgres.stop();
    throw error;
  }
  project.provide('cluster', address);
  return () => postgres.stop();
}

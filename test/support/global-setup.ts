import type { TestProject } from 'vitest/node';
import { type ClusterAddress, createTemplate } from './cluster.ts';
import { startMigratedCluster, templateKey } from './template.ts';

declare module 'vitest' {
  interface ProvidedContext {
    cluster: ClusterAddress;
  }
}

/**
 * One PostgreSQL for the whole run, migrated once; it ends with the run, even when the run is killed. While files are watched it is
 * migrated anew when what is saved asks for it.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  process.stdout.write('Starting a PostgreSQL for the tests …\n');
  let key = await templateKey();
  const { postgres, address } = await startMigratedCluster();
  project.provide('cluster', address);
  project.onTestsRerun(async () => {
    const next = await templateKey();
    if (next === key) return;
    process.stdout.write('Migrating a new template …\n');
    try {
      await createTemplate(address);
      key = next;
    } catch (error) {
      // The tests find a template that is not whole, and fail until the mistake is out.
      process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    }
  });
  return () => postgres.stop();
}

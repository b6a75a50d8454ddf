import { readdirSync } from 'node:fs';

type Limits = { readonly userLimits?: { readonly open_files?: { readonly soft?: number | string } } };

/** How many files and sockets this process may have open; Node raises it to what the system allows when it starts. */
export const maxDescriptors: number = (() => {
  // Without a list of the network's interfaces, which may ask a name server.
  const report = process.report as typeof process.report & { excludeNetwork: boolean };
  report.excludeNetwork = true;
  const soft = (report.getReport() as Limits).userLimits?.open_files?.soft;
  return typeof soft === 'number' ? soft : Number.POSITIVE_INFINITY;
})();

const keptMs = 1_000;
let counted = { atMs: Number.NEGATIVE_INFINITY, number: 0 };

/** How many it has, up to a second ago; 0 where the system does not say. */
export function descriptorsInUse(): number {
  const now = performance.now();
  if (now - counted.atMs > keptMs) {
    counted = { atMs: now, number: countDescriptors() };
  }
  return counted.number;
}

function countDescriptors(): number {
  try {
    return readdirSync('/proc/self/fd').length;
  } catch {
    return 0;
  }
}

/**
 * For the `catch` of what reads a file or folder: answers `otherwise` if it does not exist. Every other error stays one, so that a file
 * which may not be read is not taken for one that is absent.
 */
export const ifAbsent =
  <T>(otherwise: T) =>
  (error: unknown): T => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return otherwise;
    throw error;
  };

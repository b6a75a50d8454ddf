/** On a busy machine a session may wait longer for a person than it should (55P03); it then comes again, as a job does. */
export async function patiently<T>(work: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if ((error as { code?: string }).code !== '55P03') throw error;
    }
  }
}

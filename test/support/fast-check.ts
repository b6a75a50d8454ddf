import fc from 'fast-check';

/** The same cases at each run, so that no run fails by chance; TEST_SEED asks for others. */
export const seed = Number(process.env.TEST_SEED ?? 1);
fc.configureGlobal({ seed });

export default fc;

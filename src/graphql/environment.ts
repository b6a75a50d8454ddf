// Grafast reads this when it is loaded and complains on standard error where it is missing. Whatever loads PostGraphile
// loads this before.
process.env.GRAPHILE_ENV ??= 'production';

export {};

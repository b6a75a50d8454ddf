import { readdir } from 'node:fs/promises';

// `npm run bench` is `npm run bench -- pipeline`; what follows the name are that bench's options.
const [first = 'pipeline'] = process.argv.slice(2);
const name = first.startsWith('-') ? 'pipeline' : first;
const benches = (await readdir(import.meta.dirname))
  .filter(
    (file) =>
      /^[a-z-]+\.ts$/.test(file) &&
      ['pipeline', 'rules', 'previews', 'sweep', 'scheduled', 'backtest'].includes(file.slice(0, -3)),
  )
  .map((file) => file.slice(0, -3));
if (!benches.includes(name)) {
  console.error(`There is no bench "${name}". docs/benches.md names them.`);
  process.exit(2);
}
await import(`./${name}.ts`);

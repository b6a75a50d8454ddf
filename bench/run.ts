const benches = [
  'pipeline',
  'singles',
  'crowds',
  'peers',
  'rules',
  'previews',
  'sweep',
  'scheduled',
  'backtest',
  'export',
  'changes',
  'analytics',
  'marks',
  'aged',
  'inbox',
  'fairness',
  'documents',
  'api',
  'live',
  'storm',
];

// `npm run bench` is `npm run bench -- pipeline`; what follows the name are that bench's options.
const [first = 'pipeline'] = process.argv.slice(2);
const name = first.startsWith('-') ? 'pipeline' : first;
if (!benches.includes(name)) {
  console.error(`There is no bench "${name}"; there are ${benches.join(', ')}.`);
  process.exit(2);
}
await import(name === 'peers' ? './peers/index.ts' : `./${name}.ts`);

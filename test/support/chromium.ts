import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

/** Where systems put it. */
const places = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome-stable',
  '/usr/bin/google-chrome',
  '/usr/bin/microsoft-edge',
  '/snap/bin/chromium',
  '/opt/google/chrome/chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge',
];

const { CHROMIUM } = process.env;

/** The browser for the tests that need one: what `CHROMIUM` names, else the machine's own; undefined: there is none. */
export const chromiumPath = CHROMIUM ?? places.find((place) => existsSync(place));

if (chromiumPath === undefined)
  process.stderr.write(
    'The tests in a browser are skipped: no Chromium, Chrome or Edge was found. Install one (on Debian: apt-get install chromium), or name it in CHROMIUM.\n',
  );

/** A browser without a window. Nobody is root in their own browser, except in containers, where it has no sandbox. */
export function startChromium(): Promise<Browser> {
  return chromium.launch({
    executablePath: chromiumPath ?? '',
    args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
  });
}

/** Ids that stay the same everywhere, so that a line printed today can be pasted tomorrow. */
const id = (last: string) => `00000000-0000-7000-8000-${last.padStart(12, '0')}`;

export const circle = { id: id('c1'), name: 'Demo circle' } as const;

export type DemoDevice = {
  readonly id: string;
  readonly provider: 'apns' | 'fcm' | 'web_push';
  /** Its name in the sandbox; the token follows from it. */
  readonly name: string;
  readonly platform: string;
};

export type DemoPerson = {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  /** From the ranges that Ofcom, Arcep and others keep for fiction: nobody's number. */
  readonly phone: string;
  readonly locale: string;
  readonly timeZone: string;
  readonly devices: readonly DemoDevice[];
};

/** Five friends: every push provider, several time zones, two languages, one person with several devices. */
export const people: readonly DemoPerson[] = [
  {
    id: id('a1'),
    name: 'Ada',
    email: 'ada@rowbell.example',
    phone: '+447700900101',
    locale: 'en',
    timeZone: 'Europe/London',
    devices: [
      { id: id('d1'), provider: 'apns', name: 'ada-iphone', platform: 'iOS' },
      { id: id('d2'), provider: 'web_push', name: 'ada-laptop', platform: 'Firefox' },
    ],
  },
  {
    id: id('a2'),
    name: 'Ben',
    email: 'ben@rowbell.example',
    phone: '+12025550102',
    locale: 'en-US',
    timeZone: 'America/New_York',
    devices: [{ id: id('d3'), provider: 'fcm', name: 'ben-android', platform: 'Android' }],
  },
  {
    id: id('a3'),
    name: 'Chloé',
    email: 'chloe@rowbell.example',
    phone: '+33199000103',
    locale: 'fr',
    timeZone: 'Europe/Paris',
    devices: [
      { id: id('d4'), provider: 'apns', name: 'chloe-iphone', platform: 'iOS' },
      { id: id('d5'), provider: 'fcm', name: 'chloe-tablet', platform: 'Android' },
    ],
  },
  {
    id: id('a4'),
    name: 'Dilan',
    email: 'dilan@rowbell.example',
    phone: '+447700900104',
    locale: 'en',
    timeZone: 'Europe/Istanbul',
    devices: [{ id: id('d6'), provider: 'web_push', name: 'dilan-laptop', platform: 'Chrome' }],
  },
  {
    id: id('a5'),
    name: 'Eva',
    email: 'eva@rowbell.example',
    phone: '+447700900105',
    locale: 'en',
    timeZone: 'Pacific/Auckland',
    devices: [
      { id: id('d7'), provider: 'fcm', name: 'eva-android', platform: 'Android' },
      { id: id('d8'), provider: 'apns', name: 'eva-ipad', platform: 'iPadOS' },
      { id: id('d9'), provider: 'web_push', name: 'eva-desktop', platform: 'Firefox' },
    ],
  },
];

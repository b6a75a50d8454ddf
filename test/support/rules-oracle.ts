import { inOneDay, instantOf, midnight, shownAt, weekdayOf } from './wall-clock.ts';

/**
 * The rules once more, in the order of docs/rules.md, one candidate after the other and nothing clever: what the engine's
 * answer is compared with. Instants are milliseconds, days of a person are local midnights, times of day milliseconds.
 */
export type QuietWindow = { readonly weekday: number; readonly startsAt: number; readonly endsAt: number };
export type Choice = { readonly enabled: boolean | null; readonly frequency: string | null };
export type Person = {
  readonly id: string;
  zone: string | null;
  region: string | null;
  quietHours: readonly QuietWindow[] | null;
  pausedUntil: number | null;
  dailyCap: number | null;
  digestTime: number | null;
  digestWeekday: number | null;
  /** False: nothing waits because they look at their inbox. */
  holdWhileLooking: false | null;
  /** Until when they look at it. */
  lookingUntil: number | null;
  /** By `${typeKey} ${channel}` and `${category} ${channel}`. */
  readonly choices: Map<string, Choice>;
  readonly categoryChoices: Map<string, Choice>;
  /** Oldest first; null channel: all. */
  readonly consents: { readonly channel: string | null; readonly granted: boolean; readonly at: number }[];
  /** By channel, every working address: why it must not be used and until when, or null. */
  readonly addresses: Map<string, ({ readonly reason: string; readonly until: number | null } | null)[]>;
  /** On which they have had as many as anybody may. */
  readonly spentChannels: readonly string[];
};
export type Kind = {
  readonly key: string;
  readonly category: string;
  readonly priority: 'P0' | 'P1';
  readonly purpose: 'transactional' | 'promotional';
  enabled: boolean;
  readonly channels: readonly string[];
  defaultChannels: readonly string[];
  readonly lockedChannels: readonly string[];
  defaultFrequency: string;
  capExcess: 'drop' | 'defer' | 'digest';
  /** Null: as the settings say. */
  readonly attentionChannels: readonly string[] | null;
  dedupeWindow: number | null;
};
export type Settings = {
  dailyCap: number;
  cappedChannels: readonly string[];
  rollingCap: number | null;
  rollingWindow: number;
  quietHours: readonly QuietWindow[];
  quietChannels: readonly string[];
  attentionChannels: readonly string[];
  leaveOutDeleted: boolean;
  readEndsChannels: readonly string[];
  digestTime: number;
  digestWeekday: number;
  retention: number;
  /** Regime of consent by region, '*' for all others. */
  readonly regimes: ReadonlyMap<string, 'opt_in' | 'opt_out'>;
};
export type Candidate = {
  /** Sorts as events do. */
  readonly event: string;
  readonly person: Person;
  readonly kind: Kind;
  readonly channel: string;
  readonly key: string | null;
  readonly expiresAt: number;
  readonly relevant: boolean;
};
/** What is known at one judgement and may be otherwise at the next. */
export type Moment = {
  /** The rule that had held it, where it is judged again. */
  readonly released: string | null;
  /** Where the person lives. */
  readonly zone: string | null;
  readonly lookingUntil: number | null;
  readonly seen: boolean;
  /** What they did with it in their inbox meanwhile. */
  readonly done: 'seen' | 'read' | 'deleted' | null;
  /** Quiet hours had held it, and others of the same person on this channel: they are told as one. */
  readonly together: boolean;
};
export type Verdict = {
  readonly outcome: 'send' | 'hold' | 'digest' | 'suppress';
  readonly rule: string | null;
  readonly until: number | null;
};

const digestChannels = new Set(['push', 'email']);
type Memory = {
  readonly keys: Map<string, { readonly event: string; readonly until: number }>;
  readonly sent: Map<string, { readonly at: number; readonly channel: string }[]>;
};
const blank = (): Memory => ({ keys: new Map(), sent: new Map() });

export function createOracle(settings: Settings, { keys, sent }: Memory = blank()) {
  const send: Verdict = { outcome: 'send', rule: null, until: null };
  const suppress = (rule: string): Verdict => ({ outcome: 'suppress', rule, until: null });

  function preference({ person, kind, channel }: Candidate): { enabled: boolean; frequency: string } {
    const isOn = kind.defaultChannels.includes(channel);
    if (kind.lockedChannels.includes(channel)) return { enabled: true, frequency: 'instant' };
    const own = person.choices.get(`${kind.key} ${channel}`);
    const category = person.categoryChoices.get(`${kind.category} ${channel}`);
    const frequency = own?.frequency ?? category?.frequency ?? kind.defaultFrequency;
    return {
      enabled: own?.enabled ?? category?.enabled ?? isOn,
      frequency: digestChannels.has(channel) || frequency === 'never' ? frequency : 'instant',
    };
  }

  function isPermitted({ person, kind, channel }: Candidate): boolean {
    if (kind.purpose !== 'promotional') return true;
    const newest = person.consents.filter((consent) => consent.channel === null || consent.channel === channel).at(-1);
    if (newest) return newest.granted;
    const { region } = person;
    const regime =
      (region && (settings.regimes.get(region) ?? settings.regimes.get(region.slice(0, 2)))) ??
      settings.regimes.get('*');
    return regime === 'opt_out';
  }

  function quietUntil({ person, kind, channel }: Candidate, at: number): number | null {
    if (kind.priority === 'P0' || !settings.quietChannels.includes(channel)) return null;
    const zone = person.zone ?? 'UTC';
    const today = midnight(shownAt(at, zone));
    const ends: number[] = [];
    if (person.pausedUntil !== null && person.pausedUntil > at) ends.push(person.pausedUntil);
    for (const { weekday, startsAt, endsAt } of person.quietHours ?? settings.quietHours) {
      for (let ahead = -2; ahead <= 1; ahead++) {
        const begin = today + ahead * inOneDay;
        if (weekdayOf(begin) !== weekday) continue;
        const end = begin + endsAt + (endsAt <= startsAt ? inOneDay : 0);
        const until = instantOf(end, zone, 'last');
        if (instantOf(begin + startsAt, zone, 'first') <= at && at < until) ends.push(until);
      }
    }
    return ends.length > 0 ? Math.max(...ends) : null;
  }

  /** The next instant after one at which the person gets digests. */
  function nextDigest(person: Person, frequency: string, after: number): number {
    const zone = person.zone ?? 'UTC';
    const time = person.digestTime ?? settings.digestTime;
    const weekday = person.digestWeekday ?? settings.digestWeekday;
    const today = midnight(shownAt(after, zone));
    for (let ahead = 0; ; ahead++) {
      const date = today + ahead * inOneDay;
      const instant = instantOf(date + time, zone, 'first');
      if (instant > after && (frequency === 'daily' || weekdayOf(date) === weekday)) return instant;
    }
  }

  /** Until when they look at their inbox, where that matters to this. */
  function lookingUntil({ person, kind, channel }: Candidate): number | null {
    const matters =
      kind.priority !== 'P0' &&
      kind.channels.includes('in_app') &&
      (kind.attentionChannels ?? settings.attentionChannels).includes(channel) &&
      person.holdWhileLooking !== false;
    return matters ? person.lookingUntil : null;
  }

  const dayOf = (person: Person, at: number): number => midnight(shownAt(at, person.zone ?? 'UTC'));

  return {
    /** What the rules say at an instant; whoever calls applies it, in the order of events and of the type's channels. */
    judge(
      candidate: Candidate,
      at: number,
      { released, lookingUntil: until, seen, done, together }: Omit<Moment, 'zone'>,
    ): Verdict {
      const { person, kind, channel, key, expiresAt } = candidate;
      if (!kind.enabled) return suppress('type');
      if (at >= expiresAt) return suppress('expiry');
      if (!candidate.relevant) return suppress('still_relevant');
      if (!isPermitted(candidate)) return suppress('consent');
      const { enabled, frequency } = preference(candidate);
      if (!enabled || frequency === 'never') return suppress('preference');
      if (released !== null && released !== 'attention') {
        if (done === 'deleted' && settings.leaveOutDeleted) return suppress('inbox');
        const isRead = done === 'read' || done === 'deleted';
        if (isRead && kind.priority !== 'P0' && settings.readEndsChannels.includes(channel)) return suppress('inbox');
      }
      const addresses = person.addresses.get(channel) ?? [];
      if (addresses.length === 0) return suppress('address');
      if (addresses.every((reason) => reason && (reason.until === null || reason.until > at)))
        return suppress('suppression_list');
      const hold = (rule: string, until: number): Verdict => ({
        outcome: 'hold',
        rule,
        until: Math.min(until, expiresAt),
      });
      if (kind.priority !== 'P0' && released === 'attention' && seen) return suppress('attention');
      if (released !== 'attention' && frequency === 'instant' && !together && until !== null && until > at)
        return hold('attention', at + 20_000);
      const used = key === null ? undefined : keys.get(`${person.id} ${channel} ${key}`);
      if (used && used.event !== candidate.event && used.until > at) return suppress('dedupe');
      if (together && frequency === 'instant') return { outcome: 'digest', rule: 'digest', until: at };
      // What waits for quiet hours to end is asked then.
      if (person.spentChannels.includes(channel) && quietUntil(candidate, at) === null) return suppress('spending_cap');
      const gather = (rule: string, how: string): Verdict => ({
        outcome: 'digest',
        rule,
        until: nextDigest(person, how, at),
      });
      if (frequency !== 'instant') return gather('digest', frequency);
      if (kind.priority !== 'P0' && settings.cappedChannels.includes(channel)) {
        const mine = (sent.get(person.id) ?? []).filter((one) => settings.cappedChannels.includes(one.channel));
        // There was room when it came.
        const hasWaited = ['quiet_hours', 'daily_cap', 'rolling_cap'].includes(released ?? '');
        const excess = kind.capExcess === 'drop' && hasWaited ? 'defer' : kind.capExcess;
        const today = dayOf(person, at);
        const cap = Math.min(person.dailyCap ?? settings.dailyCap, settings.dailyCap);
        if (mine.filter(({ at: instant }) => dayOf(person, instant) === today).length >= cap) {
          if (excess === 'drop') return suppress('daily_cap');
          if (excess === 'digest' && digestChannels.has(channel)) return gather('daily_cap', 'daily');
          const zone = person.zone ?? 'UTC';
          return hold(
            'daily_cap',
            instantOf(today + inOneDay + (person.digestTime ?? settings.digestTime), zone, 'first'),
          );
        }
        const recent = mine.filter(({ at: instant }) => instant > at - settings.rollingWindow);
        if (settings.rollingCap !== null && recent.length >= settings.rollingCap) {
          if (excess === 'drop') return suppress('rolling_cap');
          if (excess === 'digest' && digestChannels.has(channel)) return gather('rolling_cap', 'daily');
          const last = recent.at(-settings.rollingCap) as { readonly at: number };
          return hold('rolling_cap', last.at + settings.rollingWindow);
        }
      }
      const quiet = quietUntil(candidate, at);
      return quiet === null ? send : hold('quiet_hours', quiet);
    },

    lookingUntil,

    /** Whether quiet hours or a pause keep it from this channel. */
    isQuiet: (candidate: Candidate, at: number): boolean => quietUntil(candidate, at) !== null,

    /** Another that knows the same and goes on by itself. */
    fork: () =>
      createOracle(settings, { keys: new Map(keys), sent: new Map([...sent].map(([id, mine]) => [id, [...mine]])) }),

    /** What a verdict leaves behind: the key in use, the message counted; a suppressed one gives its key back. */
    apply({ event, person, kind, channel, key }: Candidate, { outcome, rule }: Verdict, at: number): void {
      const name = `${person.id} ${channel} ${key}`;
      if (key !== null) {
        const used = keys.get(name);
        const isFree = !used || used.event === event || used.until <= at;
        // While they look it claims nothing; once they know it from their inbox, it does.
        const claims =
          outcome === 'suppress' ? (rule === 'attention' || rule === 'inbox') && isFree : rule !== 'attention';
        if (claims) keys.set(name, { event, until: at + (kind.dedupeWindow ?? settings.retention) });
        else if (keys.get(name)?.event === event) keys.delete(name);
      }
      if (outcome === 'send' && channel !== 'in_app') {
        const mine = sent.get(person.id) ?? [];
        sent.set(person.id, mine);
        mine.push({ at, channel });
      }
    },
  };
}

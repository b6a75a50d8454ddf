import type { Channel, Surroundings } from './surroundings.ts';

export type Tabs = {
  isLeader(): boolean;
  /** To all other tabs of the same person. */
  send(message: object): void;
  /** Lets another tab lead, if there is one. */
  handOver(): void;
  leave(): void;
};

export type TabEvents<Message> = {
  readonly onLead: () => void;
  /** It leads no longer. */
  readonly onFollow: () => void;
  readonly onMessage: (message: Message) => void;
};

/**
 * The tabs of one person in one browser: whoever holds the lock leads, and has the socket; the browser gives the lock to the
 * next tab when that one is closed or dies. Without locks or channels each tab is alone, and leads.
 */
export function joinTabs<Message>(
  name: string,
  { locks, openChannel }: Pick<Surroundings, 'locks' | 'openChannel'>,
  { onLead, onFollow, onMessage }: TabEvents<Message>,
): Tabs {
  let isLeader = false;
  let release = () => {};
  const lead = (): void => {
    isLeader = true;
    onLead();
  };
  if (!locks || !openChannel) {
    let hasLeft = false;
    // Not before the caller has what this returns.
    void Promise.resolve().then(() => {
      if (!hasLeft) lead();
    });
    return {
      isLeader: () => isLeader,
      send() {},
      handOver() {},
      leave() {
        hasLeft = true;
        isLeader = false;
      },
    };
  }
  const leaving = new AbortController();
  const channel: Channel = openChannel(name);
  channel.onmessage = ({ data }) => onMessage(data as Message);
  const queue = (): void => {
    locks
      .request(name, { signal: leaving.signal }, () => {
        const held = new Promise<void>((resolve) => {
          release = resolve;
        });
        lead();
        return held;
      })
      // Rejected when one leaves before it has ever led.
      .catch(() => {});
  };
  queue();
  const follow = (): void => {
    isLeader = false;
    release();
  };
  return {
    isLeader: () => isLeader,
    send: (message) => channel.postMessage(message),
    handOver() {
      if (!isLeader) return;
      onFollow();
      follow();
      // Behind those who wait already.
      queue();
    },
    leave() {
      leaving.abort();
      follow();
      channel.close();
    },
  };
}

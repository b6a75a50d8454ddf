/**
 * PostgreSQL closes a listening connection that takes nothing for so long, because its process is stopped: it keeps notices until
 * everybody who listens has read them, and when its queue is full no commit can write one.
 */
const unreadSeconds = 10;

/** What a session says to hear a channel. */
export const listenTo = (channel: string): string => `set tcp_user_timeout = '${unreadSeconds}s'; listen ${channel}`;
